"""Contract 3: one module a step, ``step(state, ports) -> StateUpdate``; the engines only follow (docs/adr/0003).

A step never decides where to go next. It may be repeated after a crash, so whatever it does outside the state is
keyed by inspection, iteration, attempt and number.
"""

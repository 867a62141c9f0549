"""How right the answers are: worlds and their questions, asked of a brain and scored (docs: ``docs/evaluation.md``).

Nothing here makes an engine; whoever evaluates is given a way to ask (``asking.Ask``).
"""

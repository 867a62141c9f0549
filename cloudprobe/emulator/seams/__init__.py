"""Every reach into the internals of ministack and moto, in one place.

Both are pinned to the byte (pyproject.toml, extra ``embedded``) and the pin is asserted before anything is touched.
Each repair names in its docstring the defect it repairs; the test it names notices when upstream repairs it too.
Only the child process imports from here, and only after ``server.load``: ministack reads its environment on import.
"""

"""An abstract interpreter for scripts that use boto3: it follows values, not names, and never runs or imports anything.

``values`` says what a variable can hold, ``heap`` what objects hold, ``machine`` ties evaluation together. The result
is a ``trace``: which operations can be called, with which constants, and what could not be decided.
"""

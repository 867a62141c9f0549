"""The command line: parse, call one thing, print. Heavy imports happen inside commands, never on ``--help``."""

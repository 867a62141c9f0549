"""Doors over HTTP: questions in, reports out, over the same loop as the command line."""

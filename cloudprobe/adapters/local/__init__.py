"""Ports on this machine: SQLite, files, locks, and probes run in a child process."""

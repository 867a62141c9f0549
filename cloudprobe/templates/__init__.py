"""Probes written by hand for common questions, found by the words of a request."""

"""Traces in LangSmith: one an inspection, whatever processes it went through."""

"""Pure data and decisions: what an inspection is, and what comes next. Standard library and pydantic."""

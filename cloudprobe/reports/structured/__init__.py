"""The answer in a shape of the caller's own: checked against its JSON Schema, and value by value against recordings."""

"""Data the guard decides by; each entry that is not AWS's own carries its source."""

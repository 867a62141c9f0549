"""What every prompt has in common: strict files, marked data, and a bound on size."""

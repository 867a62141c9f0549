"""Does what a text says stand in what was recorded? Code answers that, whoever wrote the text."""

"""The five agents, one class each with typed input and output. The loop composes them; they do not meet."""

"""The five agents. Each is one class with typed input and output; the loop composes them, they do not know each other."""

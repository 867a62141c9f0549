"""The ports, as the world outside offers them."""

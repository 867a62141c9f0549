"""cloudprobe answers questions about a live cloud account."""

__version__ = "0.1.0"

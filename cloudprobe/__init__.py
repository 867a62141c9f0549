"""cloudprobe answers questions about a live cloud account."""

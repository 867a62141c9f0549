"""Ports on AWS, or on whatever answers like it at an endpoint."""

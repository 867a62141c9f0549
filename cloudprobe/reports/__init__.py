"""From the state of an inspection to one Report, and from that to a format a person or a program reads."""

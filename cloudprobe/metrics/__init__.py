"""What inspections took: computed from their states, summed over many, written as others read it."""

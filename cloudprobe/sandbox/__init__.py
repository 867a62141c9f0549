"""Where a generated script runs and where its calls are decided. Standard library and botocore only."""

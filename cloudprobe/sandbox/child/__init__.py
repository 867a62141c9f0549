"""What runs inside the child, before and beneath the script. Standard library and botocore; nothing else of ours.

The parent shares ``wire`` with it. In the child these modules are imported from a folder that holds no other part of
the package, and they are forgotten again before the script starts.
"""

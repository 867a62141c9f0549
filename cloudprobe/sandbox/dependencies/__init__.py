"""Packages a script may have beside boto3: a short list with hashes, installed outside, read-only inside."""

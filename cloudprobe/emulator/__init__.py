"""The embedded account: an emulated AWS account in one child process on a loopback port."""

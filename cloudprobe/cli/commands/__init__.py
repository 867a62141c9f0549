"""The commands by subject: options only; what a command does stands in the module it imports late."""

"""What was answered, shown again: replayed, run again, packed for a third person, held against the account's trail."""

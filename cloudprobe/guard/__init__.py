"""What a probe may do, known from its code: derivation, ceiling, policy, validation, digest chain."""

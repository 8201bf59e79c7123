"""Start, test and look after a working copy."""

"""Start the next version of a plan as a copy of the last one, and say what changed between two of them."""

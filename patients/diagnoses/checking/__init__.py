"""Find what stands against a diagnosis, and what is worth a second look."""

"""Find what stands against an inquiry, a step about it or a screening visit."""

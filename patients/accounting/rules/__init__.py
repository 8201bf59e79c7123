"""Decide how far back an accounting reaches, what it costs, and what it says on paper (42 CFR 2.24, 2.25, 45 CFR 164.528)."""

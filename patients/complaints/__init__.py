"""Take complaints about privacy, look into them, and see that nobody pays for one (42 CFR 2.4)."""

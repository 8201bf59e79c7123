"""Take reports of incidents, assess them, and tell who must be told of a breach (42 CFR 2.16(b), 45 CFR 164.400-414)."""

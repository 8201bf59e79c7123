"""Give every person the notice of their privacy rights, and know who does not have the present one (42 CFR 2.22)."""

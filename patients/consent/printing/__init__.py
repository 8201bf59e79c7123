"""Set a consent on paper, as it was signed or to be signed, in the order of 42 CFR 2.31(a)."""

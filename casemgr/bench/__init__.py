"""Measure the product against plain Django and raw SQL, on a hundred thousand invented people."""

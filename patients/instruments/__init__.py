"""Know the instruments: what each asks, what may be printed of it, and how its answers are scored."""

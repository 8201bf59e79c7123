"""Say how often a program looks at its plans again, and how long an axis may go untouched."""

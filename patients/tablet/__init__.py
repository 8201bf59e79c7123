"""Let a person answer alone: a link that works once, for a short time, and opens nothing but the questions."""

"""Sign plans, and look at them again by rule."""

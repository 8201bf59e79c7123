"""Take a plan that somebody outside proposes as a draft, for the clinic to make its own."""

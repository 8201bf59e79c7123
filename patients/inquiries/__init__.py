"""Take calls from people who ask for help, keep them on a list while they wait, and see who is to be admitted."""

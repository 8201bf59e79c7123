"""Take the entries of a bundle over, kind by kind, through the verbs of the features."""

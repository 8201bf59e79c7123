"""Find names of people in what was written, and leave words of the language and the therapist's own name alone."""

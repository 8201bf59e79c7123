"""Decide what a person's own world suggests: a target of treatment, a code of family history, a part of life."""

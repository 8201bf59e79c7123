"""Decide how a result reads given what is prescribed, whether a specimen can be relied on, and how often one is taken."""

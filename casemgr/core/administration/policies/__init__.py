"""Attest policies, or say that one is missing or not needed."""

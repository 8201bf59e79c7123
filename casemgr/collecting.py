"""Spare Python's collector what is loaded once and stays: the models, forms and pages of the product are a million objects.

Walked again and again while they are loaded, they cost every command a second; walked while requests are answered, a part of each answer.
"""

import gc

BEFORE_A_LOOK = (10_000, 10, 10)
"""New objects before the youngest are looked through, and how many such looks before the older ones are, and all."""


def wait_while_loading() -> None:
    """Look through nothing until everything is loaded; said before Django is."""
    gc.disable()


def leave_alone_what_is_loaded() -> None:
    """Never look again through what is there by now, and seldom through the rest."""
    gc.freeze()
    gc.set_threshold(*BEFORE_A_LOOK)
    gc.enable()

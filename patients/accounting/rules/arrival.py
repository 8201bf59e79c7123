"""Say how far something got that was accounted for before it left: the account is written first, and a sending may fail afterwards."""

ARRIVED, NOT_ARRIVED, NOT_KNOWN = "", "not_arrived", "not_known"


def arrival_of(state: str) -> str:
    """Return how far a sending in this state got; whatever was neither taken nor given up may have arrived at one of its attempts."""
    return {"sent": ARRIVED, "failed": NOT_ARRIVED}.get(state, NOT_KNOWN)

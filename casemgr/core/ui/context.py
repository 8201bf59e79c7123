"""Hand every template the frame: navigation, programs, the current program."""

from typing import Any

from django.http import HttpRequest

from casemgr.core.ui.navigation import Group, navigation_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what templates/base.html needs around the page."""
    user = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated)
    groups: list[Group] = navigation_for(request, getattr(user, "role_codes", ())) if signed_in else []
    return {
        "navigation": groups,
        "navigation_first": [item for group in groups for item in group.items][:4],
        "program": getattr(request, "program", None) if signed_in else None,
        "programs": getattr(request, "programs", ()) if signed_in else (),
    }

"""Open the record room: the web admin behind the same sign-in as every page."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User


class RecordRoom(AdminSite):
    """Let in whoever holds a role; what they find there depends on their rights and on whom they may see."""

    site_title = _("casemgr")
    site_header = _("Record room")
    index_title = _("Record room")
    enable_nav_sidebar = True
    site_url = "/"
    index_template = "record_room/index.html"
    order: ClassVar[tuple[tuple[str, Any], ...]] = (
        ("patients", _("People")),
        ("treatment_plans", _("Treatment")),
        ("referrals", _("Casework")),
        ("casemgr", _("House")),
    )
    """The rooms in the order in which a case manager walks through them, by the name of the app."""

    def __init__(self, name: str = "admin") -> None:
        """Offer no deletion, neither here nor in bulk."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in people who hold a role today."""
        return isinstance(request.user, User) and request.user.is_active and request.user.is_staff

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the tables of each room, those first that begin a day's work: in the order in which they were registered."""
        found = self._build_app_dict(request, app_label)
        places = {model: place for place, model in enumerate(self._registry)}
        rooms = [{**found[label], "name": name} for label, name in self.order if label in found]
        for room in rooms:
            room["models"].sort(key=lambda table: places[table["model"]])
        return rooms

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send whoever is not signed in to the one sign-in page; tell the others that this is not for them."""
        if self.has_permission(request):
            return HttpResponseRedirect(reverse(f"{self.name}:index"))
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()), settings.LOGIN_URL)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leave through the one way out."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Change the password where everybody does."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Go back to the record room."""
        return HttpResponseRedirect(reverse(f"{self.name}:index"))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Offer no lists of names letter by letter: each look at patients is put on the record."""
        raise Http404

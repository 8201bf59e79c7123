"""Be the base of every table in the record room: seen in scope, changed by verbs only, read on the record."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin, ShowFacets, SimpleListFilter
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.core.accounts.models import Site, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import REGISTRY
from casemgr.core.audit.history import history_of, is_tracked
from casemgr.core.audit.recording import note_read
from casemgr.core.refusals import Denied
from casemgr.core.ui.pages import attempt
from casemgr.core.ui.sealed_words import sealed, unsealed
from casemgr.core.ui.verb_forms import VerbForm

MOST_COUNTED = 1000
"""Rows up to which a list is counted. More is walked by searching: counting a million rows takes longer than reading fifty."""

BEGIN_TODAY = ("since", "until", "on", "starts_on", "admitted_on", "ended_on")
"""Days that are nearly always today when somebody writes them down."""


if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
    AnyAdmin = ModelAdmin[Any]
else:
    AnyPaginator = Paginator
    AnyAdmin = ModelAdmin


class CappedPaginator(AnyPaginator):
    """Count no further than a person would turn pages."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or the cap when there are more."""
        rows = self.object_list
        return rows.order_by().values("pk")[:MOST_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)


@dataclass(frozen=True)
class AdminVerb:
    """Offer one verb in the record room: what it is called, what it asks for, and under which name it takes the row."""

    verb: Callable[..., Any]
    label: Any
    form: type[VerbForm] = VerbForm
    row_as: str = ""
    applies: Callable[[Any], bool] = bool

    @property
    def name(self) -> str:
        """Return the name of the verb."""
        return self.verb.__name__

    @property
    def right(self) -> Can:
        """Return the right that the verb itself asks for."""
        return REGISTRY[f"{self.verb.__module__}.{self.verb.__name__}"][0]

    def act(self, row: Model | None, form: VerbForm, user: User) -> Any:
        """Do it."""
        subject = {self.row_as: row} if self.row_as else {}
        return self.verb(**subject, **form.facts(), by=user, at=timezone.now())


class SiteFilter(SimpleListFilter):
    """Narrow a list to one of the sites that the person works at."""

    title = gettext_lazy("site")
    parameter_name = "site"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the sites of the person's programs."""
        programs = {membership.program_id for membership in request.user.current_memberships}  # type: ignore[union-attr]
        return [(str(key), name) for key, name in Site.objects.filter(program__in=programs).values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen site."""
        value = self.value()
        return queryset.filter(site=int(value)) if value and value.isdecimal() else queryset


class RecordAdmin(AnyAdmin):
    """Show one table to those who may see it; let them change it through its verbs."""

    view_rights: ClassVar[tuple[Can, ...]] = ()
    add_verb: ClassVar[AdminVerb | None] = None
    verbs: ClassVar[tuple[AdminVerb, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = ()
    """Fields of the page of one row; without any, all that could be edited."""

    actions: Any = None
    paginator = CappedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_select_related: ClassVar[Any] = True
    search_fields: ClassVar[Any] = ()
    view_on_site = False
    change_form_template = "record_room/change_form.html"

    # What may be seen

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the rows that this person may see; every table says it for itself."""
        raise NotImplementedError

    def reached_by(self, user: User, right: Can) -> QuerySet[Any]:
        """Return the rows on which this person may use a right; what is seen at one site may be out of its reach at another."""
        return self.seen_by(user)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let the address narrow a list by its own filters and by nothing else: any other field could be guessed letter by letter."""
        named = {part if isinstance(part, str) else getattr(part, "parameter_name", "") for part in self.list_filter}
        return lookup.removesuffix("__exact").removesuffix("__isnull") in named

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Start from what the person may see, and from nothing else."""
        ordering = self.get_ordering(request)
        rows = self.seen_by(self._user(request))
        return rows.order_by(*ordering) if ordering else rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Open the table to those who hold one of its rights; which rows they find is decided by `seen_by`."""
        return isinstance(request.user, User) and any(request.user.may(right) for right in self.view_rights)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the table in the index to those who may see it."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Offer to add where there is a verb for it and the person holds its right."""
        return self.add_verb is not None and self._user(request).may(self.add_verb.right)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let no form write a row: what changes it is a verb."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete nothing, ever."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the fields that the table names."""
        return self.shown or super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let nothing be typed into."""
        return self.shown or super().get_readonly_fields(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return a row once per request."""
        kept = request.__dict__.setdefault("_rows_in_hand", {})
        if object_id not in kept:
            kept[object_id] = super().get_object(request, object_id, from_field)
        return kept[object_id]

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """Return a row that the person may see; one they may not see and one that does not exist answer alike."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    # Pages

    def get_urls(self) -> list[URLPattern]:
        """Give each verb a page of its own."""
        verb = path("<path:object_id>/do/<slug:name>/", self.admin_site.admin_view(self.verb_view), name=f"{self._prefix}_do")
        return [verb, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list and put the look on the record; what is searched for comes in the body and goes on encrypted."""
        if request.method == "POST" and "words" in request.POST and self.has_view_permission(request):
            return HttpResponseRedirect(f"?{self._address_asked(request, request.POST['words'].strip())}")
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        response = super().changelist_view(request, {**title, **(extra_context or {})})
        if request.method == "GET" and self.has_view_permission(request):
            words = unsealed(request, request.GET.get(SEARCH_VAR, ""))
            asked = {"asked": self._address_asked(request, ""), "words": words} if request.GET else None
            rows = getattr(response, "context_data", {}).get("cl")
            self._note(request, "list", detail=asked, rows=rows)
        return response

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list with the words that are searched for, to show them in the form."""
        found: Any = super().get_changelist_instance(request)
        found.words = unsealed(request, request.GET.get(SEARCH_VAR, ""))
        found.asked_without_words = f"?{self._address_asked(request, '')}"
        return found

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Look for the words that were sealed; what was typed into an address is not looked for."""
        return self.search(request, queryset, unsealed(request, search_term).replace("\x00", ""))

    def search(self, request: HttpRequest, queryset: QuerySet[Any], words: str) -> tuple[QuerySet[Any], bool]:
        """Return the rows in which these words are found."""
        return super().get_search_results(request, queryset, words)

    @staticmethod
    def _address_asked(request: HttpRequest, words: str) -> str:
        """Return what the address asks for besides words, and these words sealed."""
        asked = request.GET.copy()
        for name in (SEARCH_VAR, "p"):
            asked.pop(name, None)
        if words:
            asked[SEARCH_VAR] = sealed(request, words)
        return str(asked.urlencode())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one row with what may be done with it, and put the look on the record."""
        row = self.row_or_404(request, object_id)
        self._note(request, "row", row)
        context = {
            "title": str(row),
            "subtitle": capfirst(self.opts.verbose_name),
            "verbs": self._verbs_for(request, row),
            "links": self.links_for(request, row),
            "has_history": is_tracked(self.model),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for what the verb that makes a row needs."""
        if self.add_verb is None or not self.has_add_permission(request):
            raise PermissionDenied
        return self._ask(request, self.add_verb, None)

    def verb_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask for what a verb needs, and do it."""
        row = self.row_or_404(request, object_id)
        verb = next((verb for verb in self.verbs if verb.name == name), None)
        if verb is None:
            raise Http404
        if not self._user(request).may(verb.right):
            raise PermissionDenied
        if not self._reaches(request, verb, row):
            raise Http404
        return self._ask(request, verb, row)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show who changed what and when, as the database itself kept it."""
        row = self.row_or_404(request, object_id)
        if not is_tracked(self.model):
            raise Http404
        self._note(request, "history", row)
        found, next_key = history_of(row, before=request.GET.get("before", ""))
        return TemplateResponse(
            request,
            "record_room/history.html",
            {**self._frame(request, row), "changes": found, "next_key": next_key, "title": _("History")},
        )

    def links_for(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Return the ways from a row to other pages: words and address."""
        return []

    # How a verb is asked for

    def initial_for(self, request: HttpRequest, verb: AdminVerb, row: Any) -> dict[str, Any]:
        """Return what a form begins with: what the address says, the row's present values, today, the place in hand."""
        asked = verb.form.base_fields
        membership = next(iter(self._user(request).current_memberships), None)
        begun = {
            "program": getattr(request, "program", None),
            "site": membership.site if membership else None,
            **dict.fromkeys(BEGIN_TODAY, timezone.localdate()),
        }
        if row is not None:
            begun |= {name: getattr(row, name) for name in asked if hasattr(row, name)}
        return begun | {name: request.GET[name] for name in asked if name in request.GET}

    def _ask(self, request: HttpRequest, verb: AdminVerb, row: Any) -> HttpResponse:
        """Show the form of a verb; when it is filled in, act, and say at the field why it was refused."""
        user = self._user(request)
        initial = self.initial_for(request, verb, row)
        form = verb.form(request.POST if request.method == "POST" else None, user=user, right=verb.right, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                result = attempt(form, lambda: verb.act(row, form, user))
            except Denied as denied:
                raise PermissionDenied(str(denied)) from denied
            if form.is_valid():
                messages.success(request, _("%(verb)s: done.") % {"verb": verb.label})
                return HttpResponseRedirect(self._address_of(result if isinstance(result, self.model) else row))
        context = {**self._frame(request, row), "form": form, "verb": verb, "title": verb.label}
        return TemplateResponse(request, "record_room/verb.html", context, status=422 if form.is_bound else 200)

    def _reaches(self, request: HttpRequest, verb: AdminVerb, row: Any) -> bool:
        """Say whether the right of a verb reaches this row."""
        return self.reached_by(self._user(request), verb.right).filter(pk=row.pk).exists()

    def _verbs_for(self, request: HttpRequest, row: Any) -> list[tuple[str, Any]]:
        """Return address and words of what this person may do with this row."""
        user = self._user(request)
        place = f"{self.admin_site.name}:{self._prefix}_do"
        may = [verb for verb in self.verbs if verb.applies(row) and user.may(verb.right)]
        reached = {right: self.reached_by(user, right).filter(pk=row.pk).exists() for right in {verb.right for verb in may}}
        may = [verb for verb in may if reached[verb.right]]
        return [(reverse(place, args=[quote(row.pk), verb.name]), verb.label) for verb in may]

    def _address_of(self, row: Any) -> str:
        """Return where a row is shown, or the list when there is none."""
        if row is None:
            return reverse(f"{self.admin_site.name}:{self._prefix}_changelist")
        return reverse(f"{self.admin_site.name}:{self._prefix}_change", args=[quote(row.pk)])

    def _frame(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what every page of the record room shows around it."""
        return {
            "opts": self.opts,
            "original": row,
            "object_id": row.pk if row is not None else None,
            "back": self._address_of(row),
            "list_url": self._address_of(None),
        }

    def _note(self, request: HttpRequest, what: str, row: Any = None, detail: dict[str, Any] | None = None, rows: Any = None) -> None:
        """Put on the record that somebody looked."""
        note_read(
            by=self._user(request),
            at=timezone.now(),
            what=f"admin:{what}",
            patient_id=getattr(row, "patient_id", None),
            subject=self.opts.label_lower if row is None else f"{self.opts.label_lower}:{row.pk}",
            detail=detail,
            people=[getattr(listed, "patient_id", None) for listed in rows.result_list] if rows else [],
        )

    @property
    def _prefix(self) -> str:
        """Return how Django names the pages of this table."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    @staticmethod
    def _user(request: HttpRequest) -> User:
        """Return who asks; the record room lets nobody in who is no user of ours."""
        if not isinstance(request.user, User):
            raise PermissionDenied
        return request.user

    # Django's own log stays empty: the audit record and the database's history tell more

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write no second log."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write no second log."""

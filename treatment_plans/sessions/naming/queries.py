"""Look for names of one person in what will stand in the chart of another."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.refusals import Reason
from patients.caseload.queries import patients_seen_by
from patients.record.models import Patient
from treatment_plans.sessions.models import Session
from treatment_plans.sessions.naming.models import CoLeader
from treatment_plans.sessions.naming.rules.finding import NameFound, names_in, names_of_others, spellings

NAMES_SOURCE = "42 CFR 2.13(a)"
"""A chart that names another participant tells of their treatment."""


@dataclass(frozen=True)
class Written:
    """Hold what was written in a session: what stands in everybody's chart by its field, and each person's own words."""

    shared: Mapping[str, str]
    own: Mapping[int, str]


@dataclass(frozen=True)
class KeepOut:
    """Hold whose names stay out besides those who took part, and who of them is never named to the writer, who may not see them."""

    people: Sequence[Patient] = ()
    unseen: Collection[int] = frozenset()


NOBODY_ELSE = KeepOut()


def kept_out(patients: Any, writer: User) -> KeepOut:
    """Return that the names of these people stay out, and of whom of them the writer is not told."""
    may_be_seen = Exists(patients_seen_by(writer, can=Can.WRITE_SESSION).filter(pk=OuterRef("pk")))
    rows = list(Patient.objects.filter(pk__in=patients).annotate(may_be_seen=may_be_seen).order_by("pk"))
    return KeepOut(rows, frozenset(row.pk for row in rows if not row.may_be_seen))


def keep_out_of_session(session: Session, writer: User) -> KeepOut:
    """Return whose names stay out of the notes on a session: everybody who has or had a place in the group that met then.

    The parts of one meeting stand in several sessions when several people wrote them; groups, above, keep the way from the first of
    them (`meeting`) to the places.
    """
    same = {name: getattr(session, name) for name in ("site", "kind", "title", "starts_at", "ends_at")}
    places = "meeting__series__places"
    had = Session.objects.filter(**same, **{f"{places}__joined_on__isnull": False})
    return kept_out(had.values(f"{places}__patient"), writer)


def leaders_of(session: Session, *known: User) -> list[User]:
    """Return who led a session: those who are known already and those who led as well."""
    return [*known, *(row.user for row in CoLeader.objects.filter(session=session).select_related("user"))]


def names_given_away(
    people: Mapping[int, Patient], written: Written, leaders: Iterable[User], others: KeepOut = NOBODY_ELSE
) -> list[Reason]:
    """Return a sentence for each place where the chart of one person would surely name another."""
    return [reason for reason, found in names_found(people, written, leaders, others) if found.is_sure]


def names_perhaps(people: Mapping[int, Patient], written: Written, leaders: Iterable[User], others: KeepOut = NOBODY_ELSE) -> list[Reason]:
    """Return a sentence for each place that may be a name of somebody there, or a word, or the name of whoever led."""
    return [reason for reason, found in names_found(people, written, leaders, others) if not found.is_sure]


def names_found(
    people: Mapping[int, Patient], written: Written, leaders: Iterable[User], others: KeepOut = NOBODY_ELSE
) -> Iterator[tuple[Reason, NameFound]]:
    """Look through everything that was written, and say of each name where it stands; who is alone may be called by name.

    Of somebody whom the writer may not see it is said that a name stands there, and never whose.
    """
    everyone = {**{person.pk: person for person in others.people}, **people}
    if len(everyone) < 2:
        return
    names = {key: spellings(person.given_name, person.family_name, person.chosen_name) for key, person in everyone.items()}
    seen = frozenset().union(*(names[key] for key in everyone if key not in others.unseen))
    everybody = frozenset().union(*names.values())
    staff = [leader.full_name for leader in leaders]
    places = {"title": _("Title"), "shared_text": _("Shared part"), "homework": _("Homework")}
    for field, text in written.shared.items():
        for found in names_in(text, everybody, staff=staff, is_heading=field == "title"):
            yield _reason(found, places[field], field, "", is_known=found.name in seen), found
    for key, note in written.own.items():
        person = people[key]
        for found in names_in(note, names_of_others(names, key), staff=staff):
            yield _reason(found, person.display_name, "note", str(person.public_id), is_known=found.name in seen), found


def _reason(found: NameFound, where: str, field: str, part: str, *, is_known: bool) -> Reason:
    """Say where a name stands, and what to do; whose it is only where the writer may know."""
    sure = _(
        "%(where)s, line %(line)s: “%(excerpt)s” names %(name)s. What is written here stands in the chart of others. Leave the name out."
    )
    perhaps = _("%(where)s, line %(line)s: “%(excerpt)s” may name %(name)s of this group. If it does, leave the name out.")
    name = found.name if is_known else _("somebody")
    if not is_known:
        sure = _(
            "%(where)s, line %(line)s: “%(excerpt)s” names %(name)s of this group."
            " What is written here stands in the chart of others. Leave the name out."
        )
    words = {"where": where, "line": found.line, "excerpt": found.excerpt, "name": name}
    text = (sure if found.is_sure else perhaps) % words
    return Reason(text, field=field, code="names_another", source=NAMES_SOURCE, part=part)

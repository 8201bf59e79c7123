"""Read drafts: their owner does, and nobody else."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.rules import Can
from casemgr.core.encrypted import lent_keys
from patients.caseload.queries import is_seen_by, patients_seen_by
from patients.record.models import Patient
from treatment_plans.drafts.models import Draft
from treatment_plans.drafts.rules import Words, person_in, person_of_field, purpose_of, store_name, what_of

OF_A_PLAN: Mapping[str, str | Promise] = {
    "start_plan": _("Start a plan"),
    "change_plan": _("Review and strengths"),
    "add_problem": _("Add a problem"),
    "change_problem": _("Change the problem"),
    "stop_problem": _("Stop a problem"),
    "add_goal": _("Add a goal"),
    "change_goal": _("Change the goal"),
    "add_objective": _("Add an objective"),
    "change_objective": _("Change the objective"),
    "stop_objective": _("Stop an objective"),
    "count_towards": _("Write down a value"),
    "add_intervention": _("Add an intervention"),
    "change_intervention": _("Change the intervention"),
    "stop_intervention": _("Stop an intervention"),
    "rate_standing": _("Where the person stands"),
    "note_stage_of_change": _("Stage of change"),
    "activate_plan": _("Put the plan into force"),
    "put_off_signature": _("The person signs later, or does not want to"),
}
"""The forms of a plan that take words: each is known by the verb that it is for."""

OF_A_PERSON: Mapping[str, tuple[Can, str | Promise]] = {
    "write_safety_plan": (Can.ASSESS_SAFETY, _("Safety plan")),
    "review_safety_plan": (Can.ASSESS_SAFETY, _("Gone through it again, and it still holds")),
    "close_concern": (Can.ASSESS_SAFETY, _("What was found and done")),
    "record_follow_up": (Can.WRITE_TASK, _("Following up")),
    "record_world_fact": (Can.RECORD_WORLD, _("Own world")),
    "revise_world_fact": (Can.RECORD_WORLD, _("Own world")),
    "draft_referral": (Can.MAKE_REFERRAL, _("New referral")),
    "answer_referral": (Can.ANSWER_REFERRAL, _("Answer")),
}
"""Other forms that are known by their verb: the right that each asks for, and what it is called."""

RIGHTS: Mapping[str, Can] = {
    "session": Can.WRITE_SESSION,
    "note": Can.WRITE_SESSION,
    "group": Can.WRITE_SESSION,
    "family": Can.WRITE_SESSION,
    "collateral": Can.ASSESS_SAFETY,
    "addendum": Can.WRITE_SESSION,
    "counseling": Can.WRITE_COUNSELING_NOTE,
    "review": Can.WRITE_PLAN,
    **dict.fromkeys(OF_A_PLAN, Can.WRITE_PLAN),
    **{what: right for what, (right, _title) in OF_A_PERSON.items()},
}
"""What can be a draft, and the right that its form asks for."""

TITLES: Mapping[str, str | Promise] = {
    "session": _("Session"),
    "note": _("Change to a note"),
    "group": _("Group session"),
    "family": _("Family session"),
    "collateral": _("Collateral note"),
    "addendum": _("Addendum"),
    "counseling": _("Counseling note"),
    "review": _("Review of the plan"),
    **OF_A_PLAN,
    **{what: title for what, (_right, title) in OF_A_PERSON.items()},
}
"""What each is called."""


def draft_key(what: str, *who: object) -> str:
    """Return the key under which a form keeps what is typed into it."""
    return ":".join((what, *(str(part) for part in who)))


def roster_key(people: Iterable[object]) -> str:
    """Return the key of a form for these people together, in whatever order they were chosen."""
    return draft_key("group", sha256(" ".join(sorted(map(str, people))).encode()).hexdigest()[:32])


def title_of(key: str) -> str | Promise:
    """Return what a draft is called."""
    return TITLES[what_of(key)]


def is_open_to(user: User, key: str) -> bool:
    """Say whether this user may keep a draft under a key: they hold the right of its form, and see the person whom it names."""
    right = RIGHTS.get(what_of(key))
    if right is None or not user.may(right):
        return False
    return person_in(key) is None or person_seen(user, key) is not None


def person_seen(user: User, key: str) -> Patient | None:
    """Return the person whom a key names, as far as this user sees them."""
    person = person_in(key)
    return patients_seen_by(user, can=RIGHTS[what_of(key)]).filter(public_id=person).first() if person else None


def draft_of(user: User, key: str) -> Draft | None:
    """Return what this user has typed into a form, and the number of its last change; somebody else's is nobody's."""
    return Draft.objects.filter(recorded_by=user, key=key).first()


def unfinished_notes(user: User) -> QuerySet[Draft]:
    """Return what this user has typed and not saved, about people whom they still see, the latest first."""
    seen = Q(patient__isnull=True) | is_seen_by(user, can=Can.SEE_CHART)
    mine = Draft.objects.filter(seen, recorded_by=user, sealed__isnull=False)
    return mine.select_related("patient")


def words_seen(draft: Draft, user: User) -> Words | None:
    """Return the words of a draft without the parts of those people of a group whom its owner no longer sees."""
    words = draft.words
    if words is None:
        return None
    people = {name: person for name in words.fields if (person := person_of_field(name))}
    if not people:
        return words
    hidden = set(people.values()) - names_seen(user, people.values()).keys()
    fields = {name: held for name, held in words.fields.items() if people.get(name) not in hidden}
    return Words(fields, words.labels, words.address)


@dataclass(frozen=True)
class Said:
    """Hold what stands in one field, what the field is called, and, in a group, of whom it speaks."""

    label: str
    text: str
    who: str = ""


def said_in(words: Words, user: User) -> list[Said]:
    """Return the words of a draft field by field, without what nobody has touched."""
    names = names_seen(user, filter(None, (person_of_field(name) for name in words.fields)))
    held = [(name, words.labels[name], "\n".join(texts)) for name, texts in words.fields.items() if name in words.labels and any(texts)]
    return [Said(label, text, names.get(person, "") if (person := person_of_field(name)) else "") for name, label, text in held]


def lent_to_browser(user: User, key: str) -> dict[str, Any]:
    """Return the keys with which a browser may keep a draft of this user, and the name under which it does: both are theirs alone."""
    lent = lent_keys(purpose=purpose_of(key, owner=user.pk))
    keys = {number: base64.b64encode(one).decode() for number, one in lent.items()}
    return {"store": store_name(key, owner=user.pk), "keys": keys, "writes": max(lent)}


def address_of(draft: Draft) -> str:
    """Return where the form of a draft is."""
    words = draft.words
    return words.address if words is not None else ""


def names_seen(user: User, people: Iterable[UUID]) -> dict[UUID, str]:
    """Return what those of these people are called whom the user sees."""
    return {one.public_id: one.display_name for one in patients_seen_by(user, can=Can.SEE_CHART).filter(public_id__in=set(people))}

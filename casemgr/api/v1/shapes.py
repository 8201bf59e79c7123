"""Describe requests and answers for the schema; reading never goes through these classes."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers

PROBLEM_MEDIA = "application/problem+json"


PROBLEM = inline_serializer(
    name="Problem",
    fields={
        "type": serializers.CharField(help_text="Names the kind of problem: urn:casemgr:problem:…"),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(help_text="Tells the person who reads it what to do."),
        "errors": serializers.ListField(child=serializers.DictField(), required=False, help_text="Each reason, with its field."),
    },
)
"""What an error looks like (RFC 9457)."""


class Patient(serializers.Serializer[Any]):
    """Describe who a person is."""

    id = serializers.UUIDField()
    given_name = serializers.CharField(help_text="Legal given name.")
    family_name = serializers.CharField(help_text="Legal family name.")
    chosen_name = serializers.CharField(help_text="The name to call the person by, when it is another.")
    pronouns = serializers.CharField()
    sex = serializers.ChoiceField(["female", "male", "other", "unknown"])
    birth_date = serializers.DateField(allow_null=True)
    language = serializers.CharField()
    interpreter_needed = serializers.BooleanField()


class PatientSearch(serializers.Serializer[Any]):
    """Describe whom a partner looks for."""

    search = serializers.CharField(max_length=120, help_text="A name (mistyped or not), a birth date or an identifier.")


class Medication(serializers.Serializer[Any]):
    """Describe one order and its last dose."""

    kind = serializers.ChoiceField(["order"])
    name = serializers.CharField()
    product = serializers.CharField()
    form = serializers.CharField()
    rxnorm = serializers.CharField()
    daily_mg = serializers.FloatField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text="Not included.")
    state = serializers.ChoiceField(["active", "on_hold", "ended"])
    last_given_on = serializers.DateField(allow_null=True)
    last_given_mg = serializers.FloatField(allow_null=True)


class Objective(serializers.Serializer[Any]):
    """Describe one step towards a goal."""

    words = serializers.CharField()
    measure = serializers.CharField()
    target_on = serializers.DateField(allow_null=True)
    met_on = serializers.DateField(allow_null=True)


class Intervention(serializers.Serializer[Any]):
    """Describe one way of working towards a goal."""

    kind = serializers.CharField()
    description = serializers.CharField()
    frequency = serializers.CharField()


class Goal(serializers.Serializer[Any]):
    """Describe one goal in the person's own words."""

    words = serializers.CharField()
    state = serializers.ChoiceField(["active", "achieved", "stopped"])
    target_on = serializers.DateField(allow_null=True)
    objectives = Objective(many=True)
    interventions = Intervention(many=True)


class PlanProblem(serializers.Serializer[Any]):
    """Describe one problem that the plan treats."""

    axis = serializers.CharField()
    title = serializers.CharField()
    goals = Goal(many=True)


class Plan(serializers.Serializer[Any]):
    """Describe the active treatment plan."""

    starts_on = serializers.DateField()
    review_on = serializers.DateField()
    strengths = serializers.CharField()
    problems = PlanProblem(many=True)


class Appointment(serializers.Serializer[Any]):
    """Describe one appointment."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(["booked", "kept", "cancelled_by_patient", "cancelled_by_staff", "no_show"])
    site = serializers.CharField()
    address = serializers.CharField()
    clinician = serializers.CharField()


class HousingTask(serializers.Serializer[Any]):
    """Describe one thing that is done about housing."""

    task = serializers.CharField()
    state = serializers.ChoiceField(["open", "in_progress", "done", "dropped"])
    urgency = serializers.IntegerField(help_text="1 urgent, 2 soon, 3 routine.")
    due_on = serializers.DateField()
    closed_at = serializers.DateTimeField(allow_null=True)


WORDS_OF_A_REFERRAL = "Left out when the person's consent does not open to you all that a referral for your purpose tells."


class SettledReferral(serializers.Serializer[Any]):
    """Describe where one referral sent to your organization stands."""

    id = serializers.IntegerField()
    patient = Patient()
    state = serializers.ChoiceField(["sent", "accepted", "declined", "completed"])
    sent_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()


class Referral(SettledReferral):
    """Describe one referral sent to your organization."""

    service = serializers.CharField(required=False, help_text=WORDS_OF_A_REFERRAL)
    message = serializers.CharField(required=False, help_text=WORDS_OF_A_REFERRAL)


class ReferralAnswer(serializers.Serializer[Any]):
    """Take the answer to a referral."""

    state = serializers.ChoiceField(["accepted", "declined"])
    answer = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True, help_text="Needed when you decline.")


NOTICE = "The notice of 42 CFR 2.32(a)(1), word for word. Whoever you pass the record on to must be given it too."
SCOPE = "How far the consent reaches on which this was told (42 CFR 2.32(b))."
ACCOUNT = "The number under which this answer stands on the program's account of disclosures (42 CFR 2.25)."


LABELS = "What another system must know of these records (HL7 DS4P): restricted, under 42 CFR Part 2, not to be passed on without consent."


class SecurityLabel(serializers.Serializer[Any]):
    """Describe one label."""

    system = serializers.URLField()
    code = serializers.CharField()
    display = serializers.CharField()


class Meta(serializers.Serializer[Any]):
    """Describe how the data is labelled."""

    security = SecurityLabel(many=True, help_text=LABELS)


def about_one(name: str, data: Any) -> Any:
    """Describe an answer about one person."""
    fields = {
        "data": data,
        "meta": Meta(),
        "part2_notice": serializers.CharField(help_text=NOTICE),
        "consent_scope": serializers.CharField(help_text=SCOPE),
        "disclosure_id": serializers.UUIDField(help_text=ACCOUNT),
    }
    return with_problems(inline_serializer(name=name, fields=fields))


def about_many(name: str, data: Any) -> Any:
    """Describe an answer about several people; scopes and accounts stand in the order of the data."""
    fields = {
        "data": data,
        "meta": Meta(),
        "part2_notice": serializers.CharField(help_text=NOTICE),
        "consent_scope": serializers.ListField(child=serializers.CharField(), help_text=SCOPE),
        "disclosure_ids": serializers.ListField(child=serializers.UUIDField(), help_text=ACCOUNT),
        "next": serializers.CharField(allow_null=True, help_text="The address of the next page, or null."),
    }
    return with_problems(inline_serializer(name=name, fields=fields))


PROBLEMS = {
    401: "The token is missing, has ended or was never ours.",
    403: "The token lacks the scope.",
    404: "Unknown, or not to be told to you: the answer is the same.",
    409: "The clinic's rules refuse it now; each reason is named.",
    422: "Fields are missing or wrong; each is named.",
    429: "Too many requests; the header Retry-After says when to ask again.",
}


def with_problems(answer: Any, *, done: int = 200) -> dict[Any, Any]:
    """Return the answer together with every problem that can come instead."""
    problems = {(status, PROBLEM_MEDIA): OpenApiResponse(PROBLEM, text) for status, text in PROBLEMS.items()}
    return {done: answer, **problems}

from datetime import date

import pytest

from casemgr.importing.mapping.consents import OURS, map_consent
from casemgr.importing.mapping.nodes import Node, NotMapped
from patients.consent.models import Consent
from tests.patients.consent.papers import BREAKS, PAPERS, paper


class Named:
    """Stand for an organization by its name."""

    def __init__(self, name):
        self.name = name


KNOWN = {name: Named(name) for name in ("hospital", "landlord", "court", "registry", "homeless registry", "monitoring", "university", "exchange", "member")}  # fmt: skip

ONLY_WITH_THE_DIRECTORY = {
    "participants", "intermediary", "recipient_classes_kind", "hipaa_statement", "justice", "monitors", "registries", "addresses",
    "monitoring_program", "signer_of_adult", "signer_dead", "authority_while_alive", "signed_before_birth", "attestation",
}  # fmt: skip
"""What follows from who the recipients and the person are: it is looked at when staff confirm the draft."""


def resource(kind, /, **changes):
    """Return a FHIR Consent that says what a paper says."""
    facts = paper(kind, KNOWN, **changes)
    said = {name: value for name, value in facts.items() if isinstance(value, str) and name not in {"signed_by", "signature"}}
    said |= {name: value for name, value in facts.items() if isinstance(value, bool)}
    if facts.get("revocable_after"):
        said["revocable_after"] = facts["revocable_after"].isoformat()
    until = facts["valid_until"]
    return {
        "resourceType": "Consent",
        "id": "paper-1",
        "status": "active",
        "patient": {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"},
        "extension": [
            {"url": f"{OURS}{name}", **({"valueBoolean": value} if isinstance(value, bool) else {"valueString": value})}
            for name, value in said.items()
        ],
        **({"dateTime": facts["signed_on"].isoformat()} if facts["signed_on"] else {}),
        "performer": [{"display": facts["signed_by"]}],
        "provision": {
            "purpose": [{"code": purpose} for purpose in facts["purposes"]],
            "class": [{"code": category} for category in facts["categories"]],
            "actor": [
                {"role": {"coding": [{"code": "IRCP"}]}, "reference": {"display": recipient.name}} for recipient in facts["recipients"]
            ],
            **({"period": {"end": date.fromordinal(until.toordinal() - 1).isoformat()}} if until else {}),
        },
    }


@pytest.mark.parametrize("kind", PAPERS)
def test_a_whole_consent_of_each_kind_becomes_a_draft(context, kind):
    draft = map_consent(Node(resource(kind), "Consent"), context)
    assert (draft.facts["kind"], draft.facts["valid_until"]) == (kind, paper(kind, KNOWN)["valid_until"])


@pytest.mark.parametrize("element", sorted(set(BREAKS) - ONLY_WITH_THE_DIRECTORY))
def test_what_lacks_an_element_is_left_out_and_the_element_is_named(context, element):
    kind, changes = BREAKS[element]
    with pytest.raises(NotMapped) as left_out:
        map_consent(Node(resource(kind, **changes), "Consent"), context)
    assert str(left_out.value).startswith(f"as a consent it lacks: {element} (42 CFR 2.")


@pytest.mark.parametrize("status", ["rejected", "inactive", "entered-in-error"])
def test_what_is_not_in_force_there_is_left_out(context, status):
    with pytest.raises(NotMapped, match="not in force"):
        map_consent(Node({**resource("specific"), "status": status}, "Consent"), context)


def test_an_import_makes_a_draft_and_never_more(clinic, bring_in):
    who = {"resourceType": "Patient", "id": "p1", "name": [{"given": ["Rosa"], "family": "Lane"}], "birthDate": "1990-01-01"}
    where = "urn:uuid:11111111-1111-4111-8111-111111111111"
    lacking = {**resource("specific", description=""), "id": "paper-2"}
    entries = [(where, who), ("urn:uuid:22222222-2222-4222-8222-222222222222", resource("specific")),
               ("urn:uuid:33333333-3333-4333-8333-333333333333", lacking)]  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": url, "resource": one} for url, one in entries]}
    (report,) = bring_in(bundle)
    assert report.outcome == "imported", report.problems
    made = Consent.objects.get()
    assert (made.state, made.description, made.signed_by) == ("draft", "What concerns this", "Rosa Lane")
    assert [one.reason for one in report.unmapped] == ["as a consent it lacks: description (42 CFR 2.31(a)(3))"]
    assert bring_in(bundle)[0].outcome == "unchanged"

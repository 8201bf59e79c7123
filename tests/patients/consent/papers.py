"""Hold one whole paper of each kind, and for each element one way to leave it out."""

from datetime import date

from casemgr.core.directory.models import Organization

ORGANIZATIONS = {
    "hospital": {"kind": "hospital", "hipaa_role": "covered_entity", "address": "1 Hill Road"},
    "landlord": {"kind": "housing", "address": "2 Hill Road"},
    "court": {"kind": "justice", "address": "3 Hill Road"},
    "registry": {"kind": "registry", "address": "4 Hill Road"},
    "homeless registry": {"kind": "registry", "address": " "},
    "monitoring": {"kind": "pdmp", "address": "5 Hill Road"},
    "university": {"kind": "research", "address": "6 Hill Road"},
    "exchange": {"kind": "exchange", "is_intermediary": True, "address": "7 Hill Road"},
    "member": {"kind": "clinic", "address": "8 Hill Road"},
}

COMMON = {
    "description": "What concerns this",
    "revocation_statement": "Tell us at any time",
    "redisclosure_statement": "It may be passed on and then be less protected",
    "hipaa_statement": "They may pass it on as HIPAA permits, but not for proceedings against you",
    "refusal_statement": "Your treatment goes on",
    "signed_by": "Rosa Lane",
    "signer_relationship": "patient",
    "signed_on": date(2026, 3, 1),
    "valid_until": date(2030, 9, 1),
}

PAPERS = {
    "tpo": {"recipients": ["hospital"], "purposes": ["treatment", "payment"], "categories": ["plan", "demographics"]},
    "specific": {"recipients": ["hospital"], "purposes": ["treatment"], "categories": ["plan", "trauma"]},
    "counseling_notes": {"recipients": ["hospital"], "purposes": ["treatment"], "categories": ["counseling_notes"]},
    "proceedings": {"recipients": ["court"], "purposes": ["proceedings"], "categories": ["plan", "legal"]},
    "cj_referral": {
        "recipients": ["court"],
        "purposes": ["justice_monitoring"],
        "categories": ["appointments"],
        "revocable_after": date(2026, 6, 1),
        "case_reference": "CR-2026-17",
    },
    "registry": {
        "recipients": ["registry"],
        "purposes": ["registry_check"],
        "categories": ["demographics", "medications"],
        "valid_until": None,
        "ends_with": "end of the enrollment",
        "later_programs": True,
    },
    "pdmp": {"recipients": ["monitoring"], "purposes": ["pdmp_report"], "categories": ["demographics", "medications"]},
    "research": {
        "recipients": ["university"],
        "purposes": ["research"],
        "categories": ["screenings"],
        "valid_until": None,
        "ends_with": "none",
    },
}
"""By kind: what a whole paper of it says."""

BREAKS = {
    "kind": ("specific", {"kind": "blanket"}),
    "recipients": ("specific", {"recipients": []}),
    "recipient_classes_kind": ("research", {"recipient_classes": ["treating_providers"]}),
    "participants": ("specific", {"recipients": ["exchange"]}),
    "intermediary": ("specific", {"participants": ["member"]}),
    "purposes": ("specific", {"purposes": []}),
    "purposes_tpo": ("tpo", {"purposes": ["treatment", "housing"]}),
    "purposes_specific": ("specific", {"purposes": ["treatment", "proceedings"]}),
    "purposes_counseling_notes": ("counseling_notes", {"purposes": ["treatment", "housing"]}),
    "purposes_proceedings": ("proceedings", {"purposes": ["proceedings", "treatment"]}),
    "purposes_cj_referral": ("cj_referral", {"purposes": ["justice_monitoring", "housing"]}),
    "purposes_registry": ("registry", {"purposes": ["registry_check", "housing"]}),
    "purposes_pdmp": ("pdmp", {"purposes": ["pdmp_report", "housing"]}),
    "purposes_research": ("research", {"purposes": ["research", "housing"]}),
    "initiated_by_patient": ("specific", {"purposes": ["patient_request"]}),
    "fundraising_statement": ("specific", {"purposes": ["fundraising"], "fundraising_statement": " "}),
    "categories": ("specific", {"categories": []}),
    "categories_tpo": ("tpo", {"categories": ["plan", "trauma"]}),
    "categories_specific": ("specific", {"categories": ["plan", "counseling_notes"]}),
    "categories_counseling_notes": ("counseling_notes", {"categories": ["plan", "counseling_notes"]}),
    "categories_proceedings": ("proceedings", {"categories": ["plan", "counseling_notes"]}),
    "categories_cj_referral": ("cj_referral", {"categories": ["plan", "legal"]}),
    "categories_registry": ("registry", {"categories": ["demographics", "plan"]}),
    "categories_pdmp": ("pdmp", {"categories": ["demographics", "plan"]}),
    "categories_research": ("research", {"categories": ["screenings", "trauma"]}),
    "description": ("specific", {"description": " \n"}),
    "revocation_statement": ("specific", {"revocation_statement": " "}),
    "valid_until": ("specific", {"valid_until": None}),
    "ends_with_none": ("specific", {"valid_until": None, "ends_with": " None"}),
    "valid_until_past": ("specific", {"valid_until": date(2026, 3, 1)}),
    "ends_with_enrollment": ("registry", {"ends_with": "some day"}),
    "period_end": ("cj_referral", {"valid_until": None, "ends_with": "final disposition"}),
    "revocable_after": ("cj_referral", {"revocable_after": None}),
    "revocable_never": ("cj_referral", {"revocable_after": date(2030, 9, 2)}),
    "signed_by": ("specific", {"signed_by": " "}),
    "signer_relationship": ("specific", {"signer_relationship": ""}),
    "signer_authority": ("specific", {"signer_relationship": "personal_representative"}),
    "authority_while_alive": ("specific", {"signer_relationship": "personal_representative", "signer_authority": "estate"}),
    "signer_of_adult": ("specific", {"signer_relationship": "minor_representative"}),
    "signer_dead": ("specific", {"signed_on": date(2026, 3, 3)}),
    "signed_before_birth": ("specific", {"signed_on": date(1979, 12, 31)}),
    "signed_on": ("specific", {"signed_on": None}),
    "signed_on_later": ("specific", {"signed_on": date(2031, 1, 1), "valid_until": date(2032, 1, 1)}),
    "attestation": ("specific", {"signature": "screen"}),
    "redisclosure_statement": ("tpo", {"redisclosure_statement": ""}),
    "hipaa_statement": ("specific", {"hipaa_statement": " "}),
    "refusal_statement": ("tpo", {"refusal_statement": " "}),
    "justice": ("specific", {"recipients": ["court"]}),
    "monitors": ("cj_referral", {"recipients": ["court", "landlord"]}),
    "registries": ("registry", {"recipients": ["registry", "landlord"]}),
    "addresses": ("registry", {"recipients": ["homeless registry"]}),
    "monitoring_program": ("pdmp", {"recipients": ["monitoring", "landlord"]}),
}
"""By element: the kind of paper, and what is changed in it so that this element and no other is missing."""

PERSON = {
    "signed_before_birth": {"birth_date": date(1980, 1, 1)},
    "signer_of_adult": {"birth_date": date(1980, 1, 1)},
    "signer_dead": {"deceased_on": date(2026, 3, 2)},
}
"""What is known of the person where that decides."""


def organizations():
    """Make the organizations that the papers name."""
    return {name: Organization.objects.create(name=name.title(), **facts) for name, facts in ORGANIZATIONS.items()}


def paper(kind, known, /, **changes):
    """Return a whole paper of a kind as the verb takes it, with these things changed in it."""
    facts = {"kind": kind, **COMMON, **PAPERS[kind], **changes}
    for part in ("recipients", "participants"):
        if part in facts:
            facts[part] = [known[name] for name in facts[part]]
    return facts

"""Let the database refuse by any door what the rules refuse: each guard carries the sentence of one element as its name."""

import pgtrigger
from django.db import models
from django.db.models import Q

from casemgr.core.append_only import append_only
from patients.consent.models.vocabulary import Designation, Element, SignatureMethod, SignerAuthority, SignerRelationship
from patients.consent.rules import (
    BOUND_BY_HIPAA,
    BOUND_CLASSES,
    END_OF_ENROLLMENT,
    JUSTICE,
    JUSTICE_KINDS,
    KINDS,
    NO_END,
    TPO_PURPOSES,
)
from patients.consent.rules.kinds import (
    ADULT_EVERYWHERE,
    CJ_REFERRAL,
    CLASSES_IN,
    ENDLESS,
    OF_THE_DEAD,
    PDMP,
    REGISTRY,
    REGISTRY_RECIPIENTS,
)
from patients.relations.models import RecipientClass

DRAFT = Q(state="draft")

FURTHEST_ZONE = "Etc/GMT-14"
"""UTC+14, where each day comes first: a guard knows no program's zone, and refuses only what no program's own day allows."""


def _said(column: str) -> Q:
    """Say that a text has at least one letter in it."""
    return Q(**{f"{column}__regex": r"\S"})


def _of(*kinds: str) -> Q:
    return Q(kind__in=kinds)


_ELEMENTS: dict[str, tuple[str, Q]] = {
    Element.KIND: ("consent_is_of_one_known_kind", Q(kind__in=sorted(KINDS))),
    Element.PURPOSES: ("signed_consent_names_its_purposes", ~Q(purposes=[])),
    Element.CATEGORIES: ("signed_consent_names_its_categories", ~Q(categories=[])),
    Element.DESCRIPTION: ("signed_consent_describes_the_information", _said("description")),
    Element.REVOCATION: ("signed_consent_says_how_to_revoke_it", _said("revocation_statement")),
    Element.EXPIRY: ("signed_consent_says_when_it_ends", Q(valid_until__isnull=False) | _said("ends_with")),
    Element.SIGNER: ("signed_consent_names_its_signer", _said("signed_by")),
    Element.RELATIONSHIP: ("signed_consent_says_who_signed", Q(signer_relationship__in=SignerRelationship.values)),
    Element.SIGNED_ON: ("signed_consent_has_its_day", Q(signed_on__isnull=False)),
    Element.REDISCLOSURE: ("tpo_consent_warns_of_redisclosure", ~_of("tpo") | _said("redisclosure_statement")),
    Element.REFUSAL: ("tpo_consent_says_what_refusing_means", ~_of("tpo") | _said("refusal_statement")),
    Element.RECIPIENT_CLASSES_KIND: (
        "only_some_consents_name_classes",
        _of(*sorted(CLASSES_IN)) & Q(recipient_classes__contained_by=RecipientClass.values) | Q(recipient_classes=[]),
    ),
    Element.EXPIRY_NONE: (
        "only_some_consents_never_end",
        _of(*sorted(ENDLESS)) | Q(valid_until__isnull=False) | ~Q(ends_with__iregex=rf"^\s*{NO_END}\s*$"),
    ),
    Element.EXPIRY_ENROLLMENT: (
        "registry_consent_ends_with_the_enrollment",
        ~_of(REGISTRY) | Q(ends_with__iregex=rf"^\s*{END_OF_ENROLLMENT}\s*$"),
    ),
    Element.PERIOD_END: ("justice_consent_states_its_period", ~_of(CJ_REFERRAL) | Q(valid_until__isnull=False)),
    Element.REVOCABLE_AFTER: (
        "justice_consent_says_when_it_is_revocable",
        ~_of(CJ_REFERRAL) | Q(revocable_after__isnull=False) | _said("revocable_event"),
    ),
    Element.INITIATED: (
        "at_the_request_of_the_person_needs_the_request",
        ~Q(purposes__contains=["patient_request"]) | Q(initiated_by_patient=True),
    ),
    Element.FUNDRAISING: (
        "fundraising_consent_says_how_to_opt_out",
        ~Q(purposes__contains=["fundraising"]) | _said("fundraising_statement"),
    ),
    Element.ATTESTATION: (
        "signature_on_screen_is_attested_and_witnessed",
        ~Q(signature=SignatureMethod.SCREEN) | _said("attestation") & Q(witnessed_by__isnull=False),
    ),
}
"""By element: the name of the guard, and what holds of every consent that is no draft."""

_PURPOSE_NAMES = {
    "tpo": "tpo_consent_is_for_its_three_purposes_only",
    "specific": "specific_consent_is_for_ordinary_purposes_only",
    "counseling_notes": "counseling_notes_consent_is_for_no_other_purpose",
    "proceedings": "proceedings_consent_is_for_proceedings_only",
    "cj_referral": "justice_consent_is_for_monitoring_only",
    "registry": "registry_consent_is_for_the_registry_only",
    "pdmp": "pdmp_consent_is_for_the_report_only",
    "research": "research_consent_is_for_research_only",
}
_CATEGORY_NAMES = {
    "tpo": "tpo_consent_opens_the_ordinary_record_only",
    "specific": "specific_consent_opens_no_counseling_notes",
    "counseling_notes": "counseling_notes_stand_alone",
    "proceedings": "proceedings_consent_opens_no_counseling_notes",
    "cj_referral": "justice_consent_opens_the_ordinary_record_only",
    "registry": "registry_consent_opens_identity_and_medication_only",
    "pdmp": "pdmp_consent_opens_identity_and_medication_only",
    "research": "research_consent_opens_the_ordinary_record_only",
}


def element_checks() -> list[models.CheckConstraint]:
    """Return one constraint for each element that a row of the consent itself can lack."""
    checks = list(_ELEMENTS.values())
    for kind, what in KINDS.items():
        checks.append((_PURPOSE_NAMES[kind], ~_of(kind) | Q(purposes__contained_by=sorted(what.purposes))))
        checks.append((_CATEGORY_NAMES[kind], ~_of(kind) | Q(categories__contained_by=sorted(what.categories))))
    return [models.CheckConstraint(condition=DRAFT | holds, name=name) for name, holds in checks]


def state_checks() -> list[models.CheckConstraint]:
    """Return what holds of the states, and of codes that no door may invent."""
    return [
        models.CheckConstraint(condition=~Q(state="revoked") | Q(revoked_at__isnull=False), name="revoked_consent_says_when"),
        models.CheckConstraint(
            condition=Q(compared_by__isnull=False, compared_at__isnull=False)
            | Q(compared_by__isnull=True, compared_at__isnull=True, original_seen_on__isnull=True),
            name="compared_consent_says_by_whom_and_when",
        ),
        models.CheckConstraint(condition=~Q(state="revoked") | _said("revoked_by"), name="revoked_consent_says_by_whom"),
        models.CheckConstraint(condition=~Q(state="superseded") | Q(superseded_by__isnull=False), name="superseded_consent_says_by_which"),
        models.CheckConstraint(condition=~Q(state="expired") | Q(expired_at__isnull=False), name="expired_consent_says_when"),
        models.CheckConstraint(condition=Q(known_false_at__isnull=True) | _said("known_false_why"), name="known_false_says_why"),
        models.CheckConstraint(condition=Q(designation__in=["", *Designation.values]), name="designation_is_treating_providers_only"),
        models.CheckConstraint(
            condition=DRAFT
            | Q(signer_authority="")
            | Q(signer_relationship=SignerRelationship.PERSONAL_REPRESENTATIVE, signer_authority__in=SignerAuthority.values),
            name="only_a_representative_has_an_authority",
        ),
        models.CheckConstraint(condition=DRAFT | Q(signature__in=SignatureMethod.values), name="signed_on_paper_or_on_screen"),
    ]


def _array(words: frozenset[str]) -> str:
    return "'{" + ",".join(sorted(words)) + "}'::varchar[]"


def _list(words: frozenset[str]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"


_NAMED = "SELECT 1 FROM patients_consentrecipient r JOIN casemgr_organization o ON o.id = r.organization_id"


def _some(condition: str) -> str:
    """Return SQL that says that an organisation named in the consent is so."""
    return f"EXISTS ({_NAMED} WHERE r.consent_id = NEW.id AND {condition})"


_PEOPLE = "EXISTS (SELECT 1 FROM patients_consentperson p WHERE p.consent_id = NEW.id)"
"""SQL that says that somebody around the person is named in the consent."""

_AGED = "(SELECT birth_date FROM patients_patient WHERE id = NEW.patient_id)"
_DIED = "(SELECT deceased_on FROM patients_patient WHERE id = NEW.patient_id)"

WHEN_SIGNED: dict[str, tuple[str, str, str]] = {
    Element.RECIPIENTS: (
        "consent_in_force_names_a_recipient",
        f"NEW.recipient_classes = '{{}}' AND NOT (NEW.kind = '{REGISTRY}' AND NEW.later_programs)"
        f" AND NOT {_some('true')} AND NOT {_PEOPLE}",
        "A consent in force names at least one recipient.",
    ),
    Element.JUSTICE: (
        "justice_is_named_in_consents_of_its_own_kind",
        f"NEW.kind NOT IN {_list(JUSTICE_KINDS)} AND " + _some(f"o.kind = '{JUSTICE}'"),
        "Courts, police and probation need a consent of their own kind.",
    ),
    Element.MONITORS: (
        "justice_consent_names_only_those_who_monitor",
        f"NEW.kind = '{CJ_REFERRAL}' AND " + _some(f"o.kind <> '{JUSTICE}'"),
        "Only those who monitor the conditional release are named.",
    ),
    Element.REGISTRIES: (
        "registry_consent_names_registries_and_programs",
        f"NEW.kind = '{REGISTRY}' AND " + _some(f"o.kind NOT IN {_list(REGISTRY_RECIPIENTS)}"),
        "Only registries and treatment programs are named.",
    ),
    Element.ADDRESSES: (
        "registry_consent_gives_each_address",
        f"NEW.kind = '{REGISTRY}' AND " + _some(r"o.address !~ '\S'"),
        "Each registry and program is named with its address.",
    ),
    Element.MONITORING_PROGRAM: (
        "pdmp_consent_names_the_monitoring_program",
        f"NEW.kind = '{PDMP}' AND " + _some(f"o.kind <> '{PDMP}'"),
        "Only the prescription monitoring program is named.",
    ),
    Element.PARTICIPANTS: (
        "intermediary_is_named_with_its_participants",
        "NEW.designation = '' AND " + _some("r.part = 'recipient' AND o.is_intermediary") + " AND NOT " + _some("r.part = 'participant'"),
        "An intermediary is named with participants or the designation of treating providers.",
    ),
    Element.INTERMEDIARY: (
        "participants_stand_behind_an_intermediary",
        _some("r.part = 'participant'") + " AND NOT " + _some("r.part = 'recipient' AND o.is_intermediary"),
        "Participants are named together with their intermediary.",
    ),
    Element.HIPAA: (
        "consent_says_what_hipaa_lets_recipients_do",
        rf"NEW.hipaa_statement !~ '\S' AND NEW.purposes && {_array(TPO_PURPOSES)} AND (NEW.recipient_classes && {_array(BOUND_CLASSES)} OR "
        + _some(f"o.hipaa_role IN {_list(BOUND_BY_HIPAA)}")
        + ")",
        "The consent says what HIPAA lets these recipients do with the record.",
    ),
    Element.EXPIRY_PAST: (
        "consent_ends_after_it_is_signed",
        "NEW.valid_until <= NEW.signed_on",
        "A consent ends after it is signed.",
    ),
    Element.SIGNED_LATER: (
        "consent_is_not_signed_in_the_future",
        f"NEW.signed_on > (now() AT TIME ZONE '{FURTHEST_ZONE}')::date",
        "A consent is not signed on a day that has not come.",
    ),
    Element.SIGNED_BEFORE_BIRTH: (
        "nobody_signs_for_the_unborn",
        f"NEW.signed_on < {_AGED}",
        "A consent is not signed before the person was born.",
    ),
    Element.REVOCABLE_NEVER: (
        "justice_consent_is_revocable_before_it_ends",
        rf"NEW.kind = '{CJ_REFERRAL}' AND NEW.revocable_event !~ '\S' AND NEW.revocable_after > NEW.valid_until",
        "A consent for the justice system is revocable before it ends.",
    ),
    Element.AUTHORITY: (
        "representative_says_by_what_authority",
        f"NEW.signer_relationship = '{SignerRelationship.PERSONAL_REPRESENTATIVE}' AND NEW.signer_authority = ''",
        "A personal representative signs by an authority that is named.",
    ),
    Element.AUTHORITY_WHILE_ALIVE: (
        "estate_and_family_sign_for_the_dead_only",
        f"NEW.signer_authority IN {_list(OF_THE_DEAD)} AND {_DIED} IS NULL",
        "Estate and family sign for a person who has died only.",
    ),
    Element.SIGNER_OF_ADULT: (
        "no_parent_of_a_minor_signs_for_an_adult",
        f"NEW.signer_relationship = 'minor_representative' AND {_AGED} + interval '{ADULT_EVERYWHERE} years' <= NEW.signed_on",
        "No parent or guardian of a minor signs for an adult.",
    ),
    Element.SIGNER_DEAD: (
        "the_dead_do_not_sign",
        f"NEW.signer_relationship = 'patient' AND {_DIED} < NEW.signed_on",
        "A person who has died does not sign.",
    ),
}
"""By element: the name of the guard, when it refuses, and its sentence; looked at when a draft becomes a consent."""


def refuse_if(condition: str, name: str, sentence: str) -> str:
    """Return a step of a trigger that refuses a change the way a constraint does."""
    return f"IF {condition} THEN RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{name}', MESSAGE = '{sentence}'; END IF; "


GUARD_OF = (
    {str(element): name for element, (name, _holds) in _ELEMENTS.items()}
    | {f"purposes_{kind}": name for kind, name in _PURPOSE_NAMES.items()}
    | {f"categories_{kind}": name for kind, name in _CATEGORY_NAMES.items()}
    | {str(element): name for element, (name, _condition, _sentence) in WHEN_SIGNED.items()}
)
"""The name of the guard that stands for each element."""

SIGNED = (
    "patient_id", "discloser_id", "kind", "purposes", "categories", "recipient_classes", "designation", "later_programs", "description",
    "revocation_statement", "redisclosure_statement", "refusal_statement", "hipaa_statement", "fundraising_statement",
    "initiated_by_patient", "revocable_after", "revocable_event", "case_reference", "signature", "attestation", "witnessed_by_id",
    "signed_by", "signer_relationship", "signer_authority", "signed_on", "ends_with", "wording_version", "language", "compared_by_id",
    "compared_at", "original_seen_on",
)  # fmt: skip
"""What stands above a signature: it is never written anew afterwards."""

_NOT_COMPARED = (
    "EXISTS (SELECT 1 FROM patients_handedin h WHERE h.consent_id = NEW.id) AND (NEW.compared_by_id IS NULL OR NEW.original_seen_on IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM patients_consentscan s WHERE s.consent_id = NEW.id AND s.of = 'consent'))"
)
"""SQL that says that a partner's paper becomes a consent although nobody compared it with a scan or with the original."""

_LAST = ("revoked_at", "revoked_by", "revoked_as", "revoked_how", "superseded_by_id", "expired_at")
"""What is said once, with the end of a consent."""


def _differs(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


_ZONE_OF_DISCLOSER = "(SELECT d.time_zone FROM casemgr_program d WHERE d.id = NEW.discloser_id)"

_NOT_REWRITTEN = (
    refuse_if(
        f"OLD.state <> 'draft' AND ({_differs(SIGNED)}"
        " OR NEW.valid_until IS NULL AND OLD.valid_until IS NOT NULL OR NEW.valid_until > OLD.valid_until)",
        "signed_consent_is_not_rewritten",
        "What was signed is not written anew: record another consent.",
    )
    + refuse_if(
        f"OLD.state NOT IN ('draft', 'active') AND ({_differs((*_LAST, 'valid_until'))})",
        "end_of_a_consent_is_not_rewritten",
        "How a consent ended is not written anew.",
    )
    + refuse_if(
        "OLD.known_false_at IS NOT NULL AND (NEW.known_false_at IS DISTINCT FROM OLD.known_false_at"
        " OR NEW.known_false_why IS DISTINCT FROM OLD.known_false_why)",
        "what_is_known_false_stays_false",
        "A consent once known to be false stays so.",
    )
    + refuse_if(
        f"NEW.state = 'revoked' AND OLD.state = 'active' AND NEW.kind = '{CJ_REFERRAL}' AND NOT NEW.revocable_event_came"
        f" AND (NEW.revocable_after IS NULL OR (NEW.revoked_at AT TIME ZONE {_ZONE_OF_DISCLOSER})::date < NEW.revocable_after)",
        "justice_consent_is_revoked_only_as_it_states",
        "A consent for the justice system is revoked only as it states.",
    )
)


def consent_triggers() -> list[pgtrigger.Trigger]:
    """Return the triggers of the table of consents."""
    becoming = "".join(refuse_if(condition, name, sentence) for name, condition, sentence in WHEN_SIGNED.values())
    becoming += refuse_if(
        _NOT_COMPARED, "paper_from_a_partner_was_compared", "A consent that a partner handed in is first compared with the signed paper."
    )
    forward = [("draft", "active"), ("active", "expired"), ("active", "revoked"), ("active", "superseded")]
    return [
        *append_only(but_updates=True),
        pgtrigger.FSM(name="consent_goes_forward", field="state", transitions=forward),
        pgtrigger.Trigger(
            name="consent_names_a_recipient",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            func=f"IF NEW.state <> 'draft' AND (TG_OP = 'INSERT' OR OLD.state = 'draft') THEN {becoming}END IF; RETURN NEW;",
        ),
        pgtrigger.Trigger(
            name="signed_is_not_rewritten",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=_NOT_REWRITTEN + "RETURN NEW;",
        ),
    ]

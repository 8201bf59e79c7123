"""Open the tables of the first storey in the record room.

A feature with tables of its own opens them in a file beside this one, and names them in `ADMINS` below.
"""

from typing import Any

from django import forms
from django.contrib.admin import display
from django.db.models import Model, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import User
from casemgr.core.accounts.queries import colleagues_of, programs_reached, sites_of, sites_reached
from casemgr.core.accounts.rules import Can
from casemgr.core.ui.patient_rows import PatientField
from casemgr.core.ui.record_admin import AdminVerb, RecordAdmin, SiteFilter
from casemgr.core.ui.verb_forms import ReachedChoiceField, SeenChoiceField, VerbForm, day_field, form_of, form_with
from patients.accounting.models import Handout, RecordsRequest
from patients.admin.accounting import HandoutAdmin, RecordsRequestAdmin
from patients.admin.base import PEOPLE, PatientTable, patient_form
from patients.admin.consents import CONSENTS
from patients.admin.grounds import GROUNDS
from patients.admin.health import HEALTH
from patients.admin.merging import MERGING
from patients.admin.safety import ADMINS as SAFETY_ADMINS
from patients.admin.screenings import ADMINS as SCREENING_ADMINS
from patients.admin.toxicology import ADMINS as TOXICOLOGY_ADMINS
from patients.admin.transmissions import ADMINS as TRANSMISSION_ADMINS
from patients.admin.wayin import WAY_IN
from patients.admin.world import WORLD
from patients.caseload.actions import assign_care_team_member, end_care_team_member
from patients.caseload.models import CareTeamMember
from patients.caseload.queries import hidden_among
from patients.consent.actions import end_consent, revoke_consent
from patients.consent.models import Consent, ConsentState
from patients.diagnoses.actions import record_diagnosis, revise_diagnosis
from patients.diagnoses.models import Diagnosis
from patients.disclosures.models import Disclosure
from patients.disclosures.queries import disclosures_seen_by
from patients.episodes.actions import admit_patient, discharge_patient, transfer_patient
from patients.episodes.forms import LeavingForm
from patients.episodes.models import Episode
from patients.record.actions import (
    add_contact_point,
    add_identifier,
    change_contact_point,
    change_patient,
    end_contact_point,
    register_patient,
)
from patients.record.models import ContactPoint, Identifier, Patient
from patients.record.queries import duplicate_candidates, record_that_stays
from patients.screenings.actions import record_observation
from patients.screenings.models import Observation, QuestionnaireAnswers

FACTS = (
    "given_name", "family_name", "chosen_name", "pronouns", "sex", "birth_date", "language", "language_name",
    "interpreter_needed", "has_no_phone", "has_no_address",
)  # fmt: skip


class RegisterForm(form_of(Patient, *FACTS, first={"site": ReachedChoiceField(sites_reached, label=_("Site"))})):  # type: ignore[misc]  # made from the table
    """Ask for what is known of a new patient."""

    is_somebody_else = forms.BooleanField(
        label=_("None of the people found is the same person"),
        required=False,
        help_text=_("Tick it only after you looked at those whom the record named."),
    )

    def facts(self) -> dict[str, Any]:
        """Return the arguments, with those who were looked at and are somebody else."""
        facts = super().facts()
        known: dict[str, Any] = {name: facts[name] for name in ("given_name", "family_name", "birth_date")}
        looked_at = facts.pop("is_somebody_else")
        found = [candidate.patient for candidate in duplicate_candidates(program=facts["site"].program, **known)]
        return {**facts, "not_same_as": found if looked_at else hidden_among(self.user, found)}


class PatientAdmin(PatientTable):
    """Show people; register them; correct what is known of them."""

    view_rights = (Can.SEE_PATIENTS,)
    patient_path = "pk"
    list_select_related = ("registered_site",)
    list_display = ("person", "legal_name", "pronouns", "birth_date", "language", "registered_site", "chart")
    list_filter = ("language", "interpreter_needed", "sex")
    shown = (*FACTS[:6], "deceased_on", *FACTS[6:], "time_zone", "registered_site", "recorded_at", "recorded_by")
    add_verb = AdminVerb(register_patient, _("Register a person"), RegisterForm)
    verbs = (AdminVerb(change_patient, _("Correct what is known"), form_of(Patient, *FACTS, "deceased_on", "time_zone"), "patient"),)

    def patient_of(self, row: Any) -> Patient:
        """Return the patient."""
        patient: Patient = row
        return patient

    def links_for(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Lead to the chart, and to adding what belongs to this person."""
        links = super().links_for(request, row)
        for model, admin in self.admin_site._registry.items():
            verb = admin.add_verb if isinstance(admin, RecordAdmin) else None
            if verb and "patient" in verb.form.base_fields and admin.has_add_permission(request):
                address = reverse(f"{self.admin_site.name}:{model._meta.app_label}_{model._meta.model_name}_add")
                links.append((f"{address}?patient={row.public_id}", str(verb.label)))
        return links


class IdentifierAdmin(PatientTable):
    """Show the numbers under which people are known."""

    view_rights = (Can.SEE_PATIENTS,)
    list_display = ("person", "kind", "value", "system", "chart")
    list_filter = ("kind",)
    words = ("value",)
    shown = ("patient", "kind", "system", "value", "recorded_at", "recorded_by")
    add_verb = AdminVerb(add_identifier, _("Add a number"), patient_form(Identifier, "kind", "system", "value"))


SAFETY = ("label", "ok_to_call", "ok_to_text", "ok_to_leave_message", "is_shared", "is_unsafe", "wants_reminders", "greet_by_name")


def _in_use(row: Any) -> bool:
    return row.ended_at is None


class ContactPointAdmin(PatientTable):
    """Show how people may be reached, and what is safe."""

    view_rights = (Can.SEE_PATIENTS,)
    list_display = ("person", "kind", "value", "ok_to_call", "ok_to_text", "is_shared", "is_unsafe", "wants_reminders", "chart")
    list_filter = ("kind", "is_unsafe", "wants_reminders")
    words = ("value",)
    shown = ("patient", "kind", "value", *SAFETY, "reminders_agreed_at", "ended_at", "recorded_at", "recorded_by")
    add_verb = AdminVerb(add_contact_point, _("Add a way to reach somebody"), patient_form(ContactPoint, "kind", "value", *SAFETY))
    verbs = (
        AdminVerb(change_contact_point, _("Change what is safe"), form_of(ContactPoint, *SAFETY), "contact_point", _in_use),
        AdminVerb(end_contact_point, _("Use no longer"), VerbForm, "contact_point", _in_use),
    )


def _open_episode(row: Any) -> bool:
    return bool(row.is_open)


class EpisodeAdmin(PatientTable):
    """Show stays in care."""

    view_rights = (Can.SEE_PATIENTS,)
    program_path = "program"
    list_select_related = ("patient", "program", "site")
    list_display = ("person", "program", "site", "admitted_on", "discharged_on", "discharge_reason", "chart")
    list_filter = (SiteFilter, "discharge_reason")
    shown = (
        "patient", "program", "site", "admitted_on", "referral_source", "discharged_on", "discharge_reason", "discharge_note",
        "transferred_from", "recorded_at", "recorded_by",
    )  # fmt: skip
    add_verb = AdminVerb(
        admit_patient,
        _("Admit to care"),
        patient_form(Episode, "admitted_on", "referral_source", site=ReachedChoiceField(sites_reached, label=_("Site"))),
    )
    verbs = (
        AdminVerb(
            transfer_patient,
            _("Transfer to another site"),
            form_with(to_site=SeenChoiceField(sites_of, label=_("To")), on=day_field(_("On"))),
            "episode",
            _open_episode,
        ),
        AdminVerb(
            discharge_patient,
            _("Discharge"),
            form_with(
                on=day_field(_("On")),
                reason=forms.ChoiceField(label=_("Why"), choices=Episode._meta.get_field("discharge_reason").choices or ()),
                note=forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})),
                **{**LeavingForm.base_fields, "caller": SeenChoiceField(colleagues_of, label=_("Who calls"), required=False)},
            ),
            "episode",
            _open_episode,
        ),
    )


class CareTeamMemberAdmin(PatientTable):
    """Show who cares for whom."""

    view_rights = (Can.SEE_PATIENTS,)
    program_path = "program"
    list_select_related = ("patient", "user", "program")
    list_display = ("person", "user", "role", "is_lead", "since", "until", "chart")
    list_filter = ("role", "is_lead")
    words = ("user__full_name",)
    shown = ("patient", "program", "user", "role", "is_lead", "since", "until", "recorded_at", "recorded_by")
    add_verb = AdminVerb(
        assign_care_team_member,
        _("Put somebody on a care team"),
        patient_form(
            CareTeamMember,
            "role",
            "is_lead",
            "since",
            program=ReachedChoiceField(programs_reached, label=_("Program")),
            user=SeenChoiceField(colleagues_of, label=_("Who")),
        ),
    )
    verbs = (
        AdminVerb(
            end_care_team_member,
            _("Take off the care team"),
            form_with(until=day_field(_("From this day on"))),
            "member",
            lambda row: row.until is None,
        ),
    )


class DiagnosisAdmin(PatientTable):
    """Show what people have, on both axes."""

    view_rights = (Can.SEE_CHART,)
    list_display = ("person", "axis", "code", "title", "certainty", "course", "onset_on", "chart")
    list_filter = ("axis", "certainty", "course")
    words = ("code", "title")
    shown = (
        "patient", "axis", "disorder", "code", "suggested_code", "code_reason", "title", "certainty", "course", "severity",
        "criteria_count", "criteria", "as_prescribed", "remission_since", "remission_extent", "on_maintenance", "controlled_environment",
        "episode", "with_psychosis", "pole", "relation_to_use", "onset_on", "onset_age", "first_treated_on", "ended_on", "basis",
        "looked_on", "look_again_on", "other_system", "other_code", "recorded_at", "recorded_by",
    )  # fmt: skip
    add_verb = AdminVerb(
        record_diagnosis,
        _("Record a diagnosis"),
        form_of(
            Diagnosis, "axis", "code", "title", "certainty", "course", "onset_on", "basis",
            first={"patient": PatientField(PEOPLE)}, optional=["title"],
        ),
    )  # fmt: skip
    verbs = (AdminVerb(revise_diagnosis, _("Revise"), form_of(Diagnosis, "certainty", "course", "ended_on", "basis"), "diagnosis"),)


class ObservationAdmin(PatientTable):
    """Show what was measured."""

    view_rights = (Can.SEE_CHART,)
    list_display = ("person", "title", "value", "observed_at", "kind", "status", "chart")
    list_filter = ("kind",)
    words = ("title", "code")
    shown = (
        "patient", "kind", "code", "code_system", "title", "observed_at", "value_number", "value_unit", "value_code", "value_text",
        "components", "status", "recorded_at", "recorded_by",
    )  # fmt: skip
    add_verb = AdminVerb(
        record_observation,
        _("Record a result"),
        patient_form(Observation, "kind", "code", "title", "observed_at", "value_number", "value_unit", "value_text"),
    )

    @display(description=_("value"))
    def value(self, row: Observation) -> str:
        """Return the value with its unit."""
        number = "" if row.value_number is None else f"{row.value_number.normalize():f} {row.value_unit}"
        return number.strip() or row.value_text or row.value_code


class QuestionnaireAnswersAdmin(PatientTable):
    """Show answered questionnaires."""

    view_rights = (Can.SEE_CHART,)
    list_display = ("person", "title", "total", "answered_at", "status", "chart")
    words = ("title", "questionnaire")
    shown = ("patient", "questionnaire", "title", "answered_at", "answers", "total", "status", "recorded_at", "recorded_by")


def _active(row: Any) -> bool:
    return bool(row.state == ConsentState.ACTIVE)


class ConsentAdmin(PatientTable):
    """Show consents; a new one is written on its own page, where every element of 42 CFR 2.31 is asked for."""

    view_rights = (Can.SEE_DISCLOSURES,)
    program_path = "discloser"
    list_select_related = ("patient", "discloser")
    list_display = ("person", "kind", "state", "signed_on", "valid_until", "ends_with", "chart")
    list_filter = ("state", "kind")
    words = ("description",)
    shown = (
        "patient", "discloser", "kind", "state", "to_whom", "purposes", "categories", "description", "revocation_statement",
        "redisclosure_statement", "hipaa_statement", "refusal_statement", "signed_by", "signer_relationship", "signer_authority",
        "signed_on", "valid_until", "ends_with", "compared_by", "compared_at", "original_seen_on", "revoked_at", "revoked_by",
        "recorded_at", "recorded_by",
    )  # fmt: skip
    verbs = (
        AdminVerb(revoke_consent, _("Revoke"), form_with(revoked_by=forms.CharField(label=_("Revoked by"))), "consent", _active),
        AdminVerb(end_consent, _("End: its event has come"), VerbForm, "consent", lambda row: _active(row) and bool(row.ends_with)),
    )

    @display(description=_("recipients"))
    def to_whom(self, row: Consent) -> str:
        """Return the names of the recipients."""
        return ", ".join(str(recipient) for recipient in (*row.recipients.all(), *row.named_people.all()))


class DisclosureAdmin(PatientTable):
    """Show the accounting of disclosures, which nobody can change."""

    view_rights = (Can.SEE_DISCLOSURES,)
    patient_path = "patient_id"
    list_select_related = False
    list_display = ("at", "name", "recipient_name", "purpose", "description", "basis", "via", "outcome", "chart")
    list_filter = ("outcome", "basis")
    words = ("recipient_name",)
    shown = (
        "at", "name", "recipient_name", "recipient_address", "purpose", "categories", "fields_released", "description", "basis",
        "basis_reference", "for_proceeding", "redisclosure", "notice_version", "notice_form", "via", "outcome", "reason_words", "by_name",
    )  # fmt: skip

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Return the accounts that the person may see, also those under a record that was merged into another."""
        return disclosures_seen_by(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the name along: the account itself keeps only a key, so that it outlives the record."""
        patient = Patient.objects.filter(pk=record_that_stays("patient_id"))
        rows: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = rows.annotate(
            family=Subquery(patient.values("family_name")),
            given=Subquery(patient.values("given_name")),
            chart_id=Subquery(patient.values("public_id")),
        )
        return named

    @display(description=_("patient"))
    def name(self, row: Any) -> str:
        """Return the legal name of the patient."""
        return f"{row.given} {row.family}"

    def chart(self, row: Any) -> SafeString:
        """Return the way to the chart."""
        return format_html('<a href="{}">{}</a>', reverse("desk:chart", args=[row.chart_id]), _("Open chart"))

    def links_for(self, request: HttpRequest, row: Any) -> list[tuple[str, str]]:
        """Lead to the chart."""
        return [(reverse("desk:chart", args=[row.chart_id]), gettext("Open chart"))]


ADMINS: dict[type[Model], type[RecordAdmin]] = {
    Patient: PatientAdmin,
    Identifier: IdentifierAdmin,
    ContactPoint: ContactPointAdmin,
    Episode: EpisodeAdmin,
    CareTeamMember: CareTeamMemberAdmin,
    Diagnosis: DiagnosisAdmin,
    Observation: ObservationAdmin,
    QuestionnaireAnswers: QuestionnaireAnswersAdmin,
    Consent: ConsentAdmin,
    Disclosure: DisclosureAdmin,
    RecordsRequest: RecordsRequestAdmin,
    Handout: HandoutAdmin,
    **CONSENTS,
    **GROUNDS,
    **MERGING,
    **HEALTH,
    **TOXICOLOGY_ADMINS,
    **TRANSMISSION_ADMINS,
    **SAFETY_ADMINS,
    **WAY_IN,
    **SCREENING_ADMINS,
    **WORLD,
}
"""The tables of this storey in the record room."""

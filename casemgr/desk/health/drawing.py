"""Draw each section of the health page: how the facts of each kind are read."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casemgr.desk.health.queries import HealthRecord
from casemgr.desk.health.sections import Line, Note, Section, joined, lines_of
from patients.health.allergies.models import AllergyCertainty
from patients.health.heart.queries import qtc_in_words
from patients.health.heart.rules import SOURCE as ECG_SOURCE
from patients.health.infections.rules import SOURCE as SCREENING_SOURCE
from patients.health.medications.models import interaction_words
from patients.health.medications.rules import RECONCILE_SOURCE
from patients.health.naloxone.models import NALOXONE_WORDS, KitState
from patients.health.naloxone.rules import SOURCE as NALOXONE_SOURCE
from patients.health.overdoses.models import OverdoseOf
from patients.health.overdoses.rules import SOURCE as CONTACT_SOURCE
from patients.health.overdoses.rules import is_too_long_ago
from patients.health.pregnancy.rules import SOURCE as PREGNANCY_SOURCE
from treatment_plans.medication.models import MedicationStatement

RESULT_STATE = {"negative": "good", "positive": "warn", "unclear": "note", "pending": "note", "declined": "quiet"}
QTC_STATE = {"usual": "good", "long": "warn", "very_long": "stop"}


def sections_of(record: HealthRecord) -> list[Section]:
    """Return the page, what may hurt somebody first."""
    return [
        allergies(record),
        medications(record),
        naloxone(record),
        overdoses(record),
        pregnancy(record),
        infections(record),
        heart(record),
        pain(record),
        education(record),
    ]


def allergies(record: HealthRecord) -> Section:
    """Draw allergies, and when the person was asked."""

    def line(row: Any) -> Line:
        why = joined(row.reaction, row.get_severity_display(), row.get_category_display(), row.remark)
        certain = "note" if row.certainty == AllergyCertainty.UNCONFIRMED else "quiet"
        marks = [("stop", row.get_criticality_display())] if row.criticality == "high" and row.holds else []
        marks.append((certain, row.get_certainty_display()))
        return Line(row.substance, why, row.since, marks, former=not row.holds)

    def asked(row: Any) -> Line:
        return Line(row.get_answer_display(), "", row.asked_on, former=row.pk != record.questions[0].pk)

    known = any(row.holds for row in record.allergies) or any(row.stands for row in record.questions)
    return Section(
        "allergies",
        gettext_lazy("Allergies and intolerances"),
        "shield",
        (("allergies", gettext_lazy("Add an allergy")), ("asked-allergies", gettext_lazy("Asked: none known"))),
        gettext_lazy("Nobody asked yet. “None known” is written down with its day."),
        lines_of("allergies", record.allergies, line) + lines_of("asked-allergies", record.questions, asked),
        [] if known else [Note("warn", gettext_lazy("Nobody asked about allergies yet"))],
    )


def medications(record: HealthRecord) -> Section:
    """Draw what else is taken, what others told, the comparisons and the warnings."""

    def line(row: Any) -> Line:
        adherence = "" if row.adherence == "unknown" else row.get_adherence_display()
        why = joined(row.dose_words, row.why, row.prescriber_name, adherence, row.side_effects, row.why_ended)
        marks = [("note", _("Long-acting injection"))] if row.is_long_acting else []
        end = [("end", gettext_lazy("It ended"))] if row.is_taken else []
        return Line(row.name, why, row.until or row.since, marks, steps=end, former=not row.is_taken)

    def told(row: MedicationStatement) -> Line:
        return Line(
            row.title, joined(row.dosage, row.get_kind_display(), row.prescriber_name), row.at.date(), former=row.status != "active"
        )

    def compared(row: Any) -> Line:
        first = record.reconciliations[0].pk == row.pk
        why = joined(row.get_finding_display(), row.compared_in_words, row.words)
        return Line(gettext_lazy("List compared"), why, row.done_on, former=not first)

    return Section(
        "medications",
        gettext_lazy("Other medication"),
        "pill",
        (("medications", gettext_lazy("Add a medication")), ("reconciliations", gettext_lazy("Compare the list"))),
        gettext_lazy("Nothing is on the list. What is ordered and given here stands under Medication."),
        lines_of("medications", record.medications, line)
        + [told(row) for row in record.statements]
        + lines_of("reconciliations", record.reconciliations, compared),
        _medication_notes(record),
    )


def _medication_notes(record: HealthRecord) -> list[Note]:
    """Return warnings of interactions with what was decided about each, and whether the list is to be compared."""
    notes = []
    for found, review in record.interactions:
        words = f"{found.about}: {interaction_words(found.rule, found.given)}"
        if review is None:
            notes.append(Note("warn", words, found.source, gettext_lazy("Write what was decided"), "desk:decide_interaction"))
        else:
            decided = _("%(words)s Decided: %(decision)s") % {"words": words, "decision": review.decision}
            notes.append(Note("quiet", decided, f"{review.recorded_by.full_name}, {_day(review.recorded_at.date())}"))
    due = record.reconciliation_due
    if due is not None and due <= record.today:
        notes.append(Note("warn", _("The list is to be compared, since %(day)s") % {"day": _day(due)}, RECONCILE_SOURCE))
    return notes


def naloxone(record: HealthRecord) -> Section:
    """Draw the kits, and whether one is in hand."""

    def line(row: Any) -> Line:
        holder = "" if row.holder == "person" else joined(row.get_holder_display(), row.holder_words)
        lot = _("lot %(lot)s") % {"lot": row.lot} if row.lot else ""
        good = _("good until %(day)s") % {"day": _day(row.expires_on)} if row.expires_on else ""
        held = row.state == KitState.IN_HAND
        state = "quiet" if not held else "good" if row.is_good_on(record.today) else "stop"
        word = _("Expired") if held and state == "stop" else row.get_state_display()
        why = joined(good, lot, row.get_origin_display(), row.get_training_display(), holder, row.remark)
        end = [("end", gettext_lazy("What became of it"))] if held else []
        return Line(row.get_product_display(), why, row.ended_on or row.given_on, [(state, word)], steps=end, former=not held)

    need = record.naloxone_need
    return Section(
        "naloxone",
        gettext_lazy("Naloxone"),
        "package",
        (("naloxone", gettext_lazy("Give naloxone")),),
        gettext_lazy("Each kit stands here with its expiry, and what became of it."),
        lines_of("naloxone", record.kits, line),
        [] if need is None else [Note("warn", NALOXONE_WORDS[need], NALOXONE_SOURCE)],
    )


def overdoses(record: HealthRecord) -> Section:
    """Draw overdoses and reversals, and with whom nobody spoke since."""

    def line(row: Any) -> Line:
        doses = _("naloxone: %(doses)s doses") % {"doses": row.naloxone_doses} if row.naloxone_doses else ""
        alone = _("was alone") if row.alone == "yes" else ""
        known = [row.get_place_display() if row.place != "unknown" else "", row.get_hospital_display() if row.hospital != "unknown" else ""]
        spoken = joined(_day(row.contacted_on), row.contact_words) if row.contacted_on else ""
        why = joined(row.substances_in_words, *known, doses, row.get_naloxone_by_display(), alone, row.words, spoken)
        marks = [("good", _("Spoken with since"))] if row.contacted_on else []
        contact = [] if row.contacted_on else [("contact", gettext_lazy("Spoke with the person"))]
        return Line(row.get_of_display(), why, row.happened_on, marks, steps=contact)

    waits = [
        row
        for row in record.overdoses
        if row.stands and row.of == OverdoseOf.PERSON and not row.contacted_on and not is_too_long_ago(row.happened_on, record.today)
    ]
    return Section(
        "overdoses",
        gettext_lazy("Overdoses and reversals"),
        "activity",
        (("overdoses", gettext_lazy("Record an overdose")),),
        gettext_lazy("An overdose written here asks somebody to speak with the person, and to replace naloxone."),
        lines_of("overdoses", record.overdoses, line),
        [Note("stop", _("Nobody spoke with the person since the overdose"), CONTACT_SOURCE)] if waits else [],
    )


def pregnancy(record: HealthRecord) -> Section:
    """Draw where a pregnancy stands, and its history."""
    latest = next((row for row in record.pregnancies if row.stands), None)

    def line(row: Any) -> Line:
        due = _("due on %(day)s") % {"day": _day(row.due_on)} if row.due_on else ""
        why = joined(due, row.get_prenatal_care_display(), row.prenatal_words, row.get_known_by_display(), row.remark)
        return Line(row.get_status_display(), why, row.noted_on, former=row != latest)

    waits = latest is not None and latest.status == "pregnant" and latest.prenatal_care not in ("in_care", "declined")
    return Section(
        "pregnancy",
        gettext_lazy("Pregnancy"),
        "baby",
        (("pregnancy", gettext_lazy("Write where it stands")),),
        gettext_lazy("Each statement stands with its day; earlier ones are kept."),
        lines_of("pregnancy", record.pregnancies, line),
        [Note("warn", gettext_lazy("Prenatal care is not arranged yet"), PREGNANCY_SOURCE)] if waits else [],
    )


def infections(record: HealthRecord) -> Section:
    """Draw tests and vaccinations, and what to screen for."""
    seen: set[str] = set()

    def line(row: Any) -> Line:
        earlier = row.infection in seen
        if row.stands:
            seen.add(row.infection)
        care = joined(row.get_linkage_display(), _day(row.linked_on) if row.linked_on else "")
        mark = (RESULT_STATE[row.result], row.get_result_display())
        return Line(row.get_infection_display(), joined(row.test, care, row.place, row.remark), row.tested_on, [mark], former=earlier)

    def given(row: Any) -> Line:
        number = _("dose %(number)s") % {"number": row.dose_number} if row.dose_number else ""
        return Line(row.get_vaccine_display(), joined(_("Vaccination"), row.vaccine_words, number, row.place), row.given_on)

    due = record.screenings_due
    return Section(
        "infections",
        gettext_lazy("Infections and vaccinations"),
        "flask-conical",
        (("infections", gettext_lazy("Add a test")), ("vaccinations", gettext_lazy("Add a vaccination"))),
        gettext_lazy("Tests stand here with their results; what leaves the program of it needs to be named."),
        lines_of("infections", record.tests, line) + lines_of("vaccinations", record.vaccinations, given),
        [Note("note", _("No status of the last 12 months: %(names)s") % {"names": ", ".join(due)}, SCREENING_SOURCE)] if due else [],
    )


def heart(record: HealthRecord) -> Section:
    """Draw electrocardiograms, and whether one should be taken."""

    def line(row: Any) -> Line:
        code, words = qtc_in_words(row.qtc_ms)
        return Line(f"QTc {row.qtc_ms} ms", joined(row.risks_in_words, row.words, row.read_by), row.taken_on, [(QTC_STATE[code], words)])

    return Section(
        "ecg",
        gettext_lazy("Electrocardiogram"),
        "heart",
        (("ecg", gettext_lazy("Add an ECG")),),
        gettext_lazy("The QTc stands here, because methadone can prolong it."),
        lines_of("ecg", record.ecgs, line),
        [Note("warn", gettext_lazy("An ECG should be taken: methadone, and a risk, a high dose, or a very long QTc"), ECG_SOURCE)]
        if record.ecg_due
        else [],
    )


def pain(record: HealthRecord) -> Section:
    """Draw pain, its score, and the plan against it."""

    def line(row: Any) -> Line:
        first = _("first opioid from %(name)s") % {"name": row.first_opioid_prescriber} if row.first_opioid_prescriber else ""
        why = joined(row.get_origin_display(), row.work_words, first, row.words)
        return Line(row.site, why, row.since, former=row.until is not None)

    def scored(row: Any) -> Line:
        return Line(f"PEG {row.score}", row.remark, row.scored_on, former=row.pk != record.scores[0].pk)

    def planned(row: Any) -> Line:
        return Line(row.get_relief_display(), row.words, row.since, [("quiet", row.get_helped_display())], former=row.until is not None)

    acts = (
        ("pain", gettext_lazy("Add a pain")),
        ("pain-scores", gettext_lazy("Score it")),
        ("pain-plan", gettext_lazy("Plan without opioids")),
    )
    return Section(
        "pain",
        gettext_lazy("Pain"),
        "sliders-horizontal",
        acts,
        gettext_lazy("Where it hurts, how it began, its score, and what helps without opioids."),
        lines_of("pain", record.pains, line)
        + lines_of("pain-scores", record.scores, scored)
        + lines_of("pain-plan", record.steps, planned),
    )


def education(record: HealthRecord) -> Section:
    """Draw what was explained."""

    def line(row: Any) -> Line:
        why = joined(row.topic_words, row.get_format_display(), row.get_language_display(), row.given_by, row.remark)
        state = "good" if row.teach_back == "said_back" else "note" if row.teach_back != "not_asked" else "quiet"
        return Line(row.get_topic_display(), why, row.given_on, [(state, row.get_teach_back_display())])

    return Section(
        "education",
        gettext_lazy("What was explained"),
        "book-open",
        (("education", gettext_lazy("Add what was explained")),),
        gettext_lazy("What was explained, in which language, and whether the person could say it back."),
        lines_of("education", record.education, line),
    )


def _day(day: date) -> str:
    """Say a day as people write it here."""
    return date_format(day, "SHORT_DATE_FORMAT")

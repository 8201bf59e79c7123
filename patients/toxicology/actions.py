"""Record specimens and their results, and what was said about them. No verb here withholds or changes anything else."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.outbox.recording import record_fact
from casemgr.core.refusals import Reason, Refused
from patients.diagnoses.actions import record_use
from patients.diagnoses.models import UseSource
from patients.record.models import Patient
from patients.record.queries import locked
from patients.toxicology.events import ToxicologyConfirmationAsked
from patients.toxicology.models import Analyte, Method, Outcome, Setting, Specimen, Talk, ToxicologyPanel, ToxicologyResult
from patients.toxicology.queries import locked_panel
from patients.toxicology.rules.analytes import code_of
from patients.toxicology.rules.reading import UNEXPECTED, Prescribed, read, review_due_on
from patients.toxicology.rules.validity import doubts_about, to_look_into


@action(Can.RECORD_SCREENING)
def record_toxicology(
    *,
    patient: Patient,
    program: Program,
    collected_at: datetime,
    results: Mapping[str, str],
    prescribed: Prescribed,
    by: User,
    at: datetime,
    specimen: str = Specimen.URINE,
    setting: str = Setting.POINT_OF_CARE,
    is_observed: bool = False,
    is_random: bool = False,
    temperature_f: Decimal | None = None,
    creatinine_mg_dl: Decimal | None = None,
    remark: str = "",
) -> ToxicologyPanel:
    """Record a specimen with what was found at once; what is prescribed is told by whoever knows it, and kept beside the results."""
    panel = ToxicologyPanel(
        patient=locked(patient),
        program=program,
        specimen=specimen,
        collected_at=collected_at,
        collected_by=by,
        is_observed=is_observed,
        is_random=is_random,
        setting=setting,
        temperature_f=temperature_f,
        creatinine_mg_dl=creatinine_mg_dl,
        remark=remark.strip(),
        expected=sorted(prescribed.expected),
        explained=sorted(prescribed.explained),
        prescribed_names=list(prescribed.names),
        **{"recorded_at": at, "recorded_by": by},
    )
    if reasons := _against_panel(panel, results, at):
        raise Refused(*reasons)
    panel.save(force_insert=True)
    if results:
        _put_in(panel, results, method=Method.SCREEN, by=by, at=at)
    return panel


@action(Can.RECORD_SCREENING)
def add_toxicology_results(
    *,
    panel: ToxicologyPanel,
    results: Mapping[str, str],
    method: str,
    by: User,
    at: datetime,
    creatinine_mg_dl: Decimal | None = None,
) -> ToxicologyPanel:
    """Add what the laboratory found; each result is read anew with the others of its specimen."""
    row = locked_panel(panel)
    known = set(row.results.values_list("analyte", "method"))
    checks = (
        (method not in Method.values, "method", _("Choose one of the entries.")),
        (not results, "", _("Enter at least one result.")),
        (
            any((analyte, method) in known for analyte in results),
            "",
            _("One of these results is on record already by this method."),
        ),
    )
    reasons = [Reason(text, field=field) for holds, field, text in checks if holds] + _against_results(results)
    if reasons:
        raise Refused(*reasons)
    if creatinine_mg_dl is not None:
        row.creatinine_mg_dl = creatinine_mg_dl
    _put_in(row, results, method=method, by=by, at=at)
    return row


@action(Can.ASSESS_SAFETY)
def review_toxicology(
    *,
    panel: ToxicologyPanel,
    talk: str,
    words: str,
    by: User,
    at: datetime,
    confirm: Sequence[str] = (),
    substance: str = "",
    used_on: date | None = None,
) -> ToxicologyPanel:
    """Say what the conversation about a panel came to; it may ask for a confirmation and write down use, and does nothing else."""
    row = locked_panel(panel)
    found = set(row.results.values_list("analyte", flat=True))
    told = bool(substance or used_on)
    checks = (
        (row.resulted_at is None, "", _("There is no result to talk about yet.")),
        (row.reviewed_at is not None, "", _("It was talked about already. Write more into a session note.")),
        (talk not in Talk.values, "talk", _("Choose what the conversation came to.")),
        (not words.strip(), "words", _("Say in words what was said, and what you agreed on.")),
        (bool(set(confirm) - found), "confirm", _("Choose one of the entries.")),
        (told and talk != Talk.USE_TOLD, "talk", _("Use is written down only when the person tells of it.")),
        (bool(substance) != bool(used_on), "used_on", _("Give both the substance and the day, or neither.")),
    )
    if reasons := [Reason(text, field=field) for holds, field, text in checks if holds]:
        raise Refused(*reasons)
    row.talk, row.review_words, row.reviewed_at, row.reviewed_by = talk, words.strip(), at, by
    row.confirmation_asked = sorted(set(confirm))
    row.save(update_fields=["talk", "review_words", "reviewed_at", "reviewed_by", "confirmation_asked"])
    if used_on is not None:
        record_use(patient=row.patient, substance=substance, used_on=used_on, source=UseSource.TOXICOLOGY, by=by, at=at)
    if confirm:
        record_fact(ToxicologyConfirmationAsked(panel_id=row.pk, patient_id=row.patient_id), at=at)
    return row


def _put_in(panel: ToxicologyPanel, results: Mapping[str, str], *, method: str, by: User, at: datetime) -> None:
    """Write results beside those that are there, read all of them together, and say by when to talk."""
    new = [
        ToxicologyResult(
            panel=panel,
            analyte=analyte,
            method=method,
            code=code_of(analyte, method, panel.specimen),
            outcome=outcome,
            recorded_at=at,
            recorded_by=by,
        )
        for analyte, outcome in results.items()
    ]
    before = list(panel.results.all())
    readings = read([row.finding for row in (*before, *new)], panel.prescribed)
    changed = [row for row in before if row.reads != readings[row.analyte, row.method]]
    for row in (*changed, *new):
        row.reads = readings[row.analyte, row.method].value
    known = {row.analyte for row in before if row.is_unexpected}
    is_news = any(row.is_unexpected and row.analyte not in known for row in new)
    ToxicologyResult.objects.bulk_create(new)
    ToxicologyResult.objects.bulk_update(changed, ["reads"])
    _say_what_waits(panel, bool(UNEXPECTED & set(readings.values())), is_news=is_news, at=at)


def _say_what_waits(panel: ToxicologyPanel, is_unexpected: bool, *, is_news: bool, at: datetime) -> None:
    """Say whether a panel waits for a conversation and by when; what nobody knew when it was talked about asks for another one."""
    doubts = doubts_about(specimen=panel.specimen, temperature_f=panel.temperature_f, creatinine=panel.creatinine_mg_dl)
    panel.resulted_at = at
    panel.is_unexpected = is_unexpected or to_look_into(doubts)
    if panel.is_unexpected and (panel.review_due_on is None or (is_news and panel.reviewed_at)):
        panel.review_due_on = review_due_on(at.astimezone(ZoneInfo(panel.patient.time_zone)).date())
    if is_news and panel.reviewed_at:
        panel.reviewed_at, panel.reviewed_by, panel.talk, panel.review_words = None, None, "", ""
    panel.save()


def _against_panel(panel: ToxicologyPanel, results: Mapping[str, str], at: datetime) -> list[Reason]:
    """Return in sentences what cannot be about a specimen and its results."""
    lowest, highest = Decimal(32), Decimal(212)
    nothing = not results and panel.setting == Setting.POINT_OF_CARE
    checks = (
        (nothing, "", _("Enter at least one result, or say that a laboratory tests it.")),
        (panel.collected_at > at, "collected_at", _("The moment lies in the future.")),
        (panel.specimen not in Specimen.values, "specimen", _("Choose one of the entries.")),
        (panel.setting not in Setting.values, "setting", _("Choose one of the entries.")),
        (
            panel.temperature_f is not None and not lowest <= panel.temperature_f <= highest,
            "temperature_f",
            _("Give the temperature in degrees Fahrenheit."),
        ),
        (panel.creatinine_mg_dl is not None and panel.creatinine_mg_dl < 0, "creatinine_mg_dl", _("It cannot be less than zero.")),
    )
    return [Reason(text, field=field) for holds, field, text in checks if holds] + _against_results(results)


def _against_results(results: Mapping[str, str]) -> list[Reason]:
    """Return in sentences what cannot be among results."""
    wrong = [name for name, outcome in results.items() if name not in Analyte.values or outcome not in Outcome.values]
    return [Reason(_("Choose one of the entries."), field=f"result_{name}") for name in wrong]

from datetime import date, timedelta

from django.urls import reverse

from patients.episodes.queries import episodes_for, standing_of
from patients.health.naloxone.actions import give_naloxone
from patients.safety.actions import raise_concern
from tests.charts import dose_of, order_for
from tests.worlds import ALL_ANSWERED
from treatment_plans.appointments.models import Appointment

TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)
UNSAID = {**ALL_ANSWERED, "on": "2026-03-04", "reason": "1", "naloxone_words": ""}
SAID = {"note": "Talked with the therapist, who calls tonight.", "medication_words": "Stops today.", "naloxone_words": "From a friend."}


def test_a_discharge_shows_what_the_record_says_and_asks_for_words_where_an_answer_stands_against_it(clinic, sign_in, now, query_count):
    stay = clinic.patient().episodes.get()
    patient, browser = stay.patient, sign_in(clinic.case_manager)
    page, about = reverse("patients:discharge", args=[patient.public_id, stay.pk]), {"patient": patient, "program": clinic.program}
    empty = browser.get(page).content.decode()
    assert "No naloxone that is good is on record" in empty
    assert "Safety concern is open" not in empty
    raise_concern(**about, level=4, words="Wants to die.", by=clinic.therapist, at=now)
    dose_of(order_for(clinic, patient, starts_on=TODAY - 30 * DAY), clinic, TODAY)
    Appointment.objects.create(
        patient=patient, site=clinic.north, clinician=clinic.therapist, kind="individual", state="booked",
        starts_at=now + DAY, ends_at=now + DAY + timedelta(hours=1), recorded_at=now, recorded_by=clinic.system,
    )  # fmt: skip
    text = browser.get(page).content.decode()
    assert all(
        words in text for words in ("Safety concern is open", "nobody sees to it yet", "Methadone 60 mg", "March 4, 2026", "March 5, 2026")
    )
    answer = browser.post(page, UNSAID)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"note", "medication_words", "naloxone_words"})
    give_naloxone(**about, given_on=TODAY, expires_on=date(2028, 1, 1), by=clinic.nurse, at=now)
    assert set(browser.post(page, UNSAID).context["form"].errors) == {"note", "medication_words"}
    known = episodes_for(patient).select_related("patient").get()
    with query_count(5):
        assert len(standing_of(known, on=TODAY, at=now).kits) == 1
    assert browser.post(page, {**UNSAID, **SAID}).status_code == 302
    stay.refresh_from_db()
    assert not stay.is_open

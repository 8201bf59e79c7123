"""Let case manager, front desk, nurse, therapist and privacy officer do their part in consent and privacy, in a real browser."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LANDLORD = "Grove Street Homes"
WORDS = "Que estoy en tratamiento aquí y que pago la renta."
NEXT_YEAR = (date.today() + timedelta(days=365)).isoformat()


def first_chart(desk) -> str:
    """Return the chart of somebody whom this person sees."""
    return chart_addresses(desk)[0]


def chart_addresses(desk) -> list[str]:
    """Return the charts on the list of this person."""
    page = desk.open("/patients/")
    found = page.locator("main a[href*='/chart/']").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    return list(dict.fromkeys(re.sub(r"(/chart/[^/]+/).*", r"\1", address) for address in found))


def person_of(chart: str) -> str:
    """Return the address under which a person's own pages stand."""
    return chart.replace("/chart/", "/patients/")


def press(page: Page, name: str) -> None:
    """Press the button of this name in the page."""
    page.locator("main").get_by_role("button", name=re.compile(f"^{name}")).last.click()


def says(page: Page, *words: str) -> None:
    """Expect the page to say each of these."""
    for word in words:
        expect(page.locator("main")).to_contain_text(re.compile(word))


def refused(page: Page, field: str) -> None:
    """Expect an error that stands at this field, and in the summary on top."""
    control = page.locator(f"main [name={field}]").first
    expect(control).to_have_attribute("aria-invalid", "true")
    expect(page.locator("main [role=alert]").first).to_be_visible()


def closed(desk, address: str) -> bool:
    """Say whether a page answers this person with no, or with "there is nothing"."""
    return desk.page.context.request.get(desk.address + address).status in (403, 404)


def fetched(desk, address: str, **options):
    """Return the answer for a file, with this person's session."""
    answer = desk.page.context.request.get(desk.address + address, **options)
    assert answer.status == 200, f"{address} answered {answer.status}"
    return answer


def saved(page: Page, name: str) -> bytes:
    """Return the file that a button of this name hands out in a new tab."""
    button = page.locator("main").get_by_role("button", name=re.compile(f"^{name}"))
    return sent(page, button.evaluate("(button) => button.form.getAttribute('action')"), button)


def sent(page: Page, action: str, button=None) -> bytes:
    """Send the form around a button as it stands, and return what came."""
    script = (
        "(button) => [...new FormData(button.form).entries()].concat(button.name ? [[button.name, button.value]] : [])"
        ".map(([name, value]) => encodeURIComponent(name) + '=' + encodeURIComponent(value)).join('&')"
    )
    origin = re.match(r"https?://[^/]+", page.url)[0]
    answer = page.context.request.post(
        origin + action if action else page.url,
        data=button.evaluate(script),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": page.url},
    )
    assert answer.status == 200, f"{action} answered {answer.status}"
    return answer.body()


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF in one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_a_case_manager_records_a_consent_prints_it_shares_on_it_and_takes_it_back(sit_down):
    desk = sit_down("case.manager@demo.test")
    chart = next(one for one in chart_addresses(desk) if LANDLORD not in fetched(desk, person_of(one) + "consents/").text())
    page = desk.open(chart)
    desk.look("consent-chart")
    everything = page.locator("main a[href$='/consents/']").first
    if not everything.is_visible():
        page.get_by_label(re.compile("More: Consents")).click()
    everything.click()
    page.get_by_role("link", name=re.compile("Record a consent")).click()
    says(page, "What was signed")
    page.locator("a[href='?kind=specific']").click()
    desk.picture("consent-specific")
    page.get_by_role("link", name="Spanish", exact=True).click()
    expect(page.locator("main select[name=language]")).to_have_value("es")
    assert "escrito" in page.input_value("[name=revocation_statement]")
    page.get_by_label(LANDLORD).first.check()
    page.locator("input[name=purposes][value=housing]").check()
    page.locator("input[name=categories][value=demographics]").check()
    page.locator("input[name=categories][value=appointments]").check()
    page.fill("[name=valid_until]", NEXT_YEAR)
    press(page, "Record consent")
    refused(page, "description")
    expect(page.locator("[name=valid_until]")).to_have_value(NEXT_YEAR)
    expect(page.get_by_label(LANDLORD).first).to_be_checked()
    desk.look("consent-lacks-words")
    page.fill("[name=description]", WORDS)
    press(page, "Record consent")
    says(page, "holds from now on", LANDLORD)
    page.locator("main a[href*='/consents/']").filter(has_text=LANDLORD).first.click()
    says(page, "Grove Street Homes", "Que estoy en tratamiento")
    desk.look("consent")
    consent = page.url.removeprefix(desk.address)
    printed = fetched(desk, page.get_by_role("link", name=re.compile("Print")).get_attribute("href"))
    assert printed.headers["content-type"] == "application/pdf"
    assert "Que estoy en tratamiento aquí" in text_of(printed.body())
    assert "Consentimiento" in text_of(printed.body())
    page = desk.open(f"/sharing/{chart.split('/')[2]}/as-partner/")
    page.get_by_label("Who", exact=True).select_option(label=LANDLORD)
    page.get_by_label("What for").select_option("housing")
    press(page, "Look")
    says(page, "would be told", "What would be withheld, and why", "42 CFR")
    desk.look("seen-as-partner")
    page.get_by_role("link", name=re.compile("Send or print")).click()
    says(page, "What may be told", "What stays here, and why")
    desk.look("share")
    page.locator("input[name=categories][value=demographics]").check()
    page.locator("input[name=way][value='print:pdf']").check()
    paper = text_of(sent(page, "", page.get_by_role("button", name="Let it leave")))
    assert "42 CFR part 2" in paper
    page = desk.open(consent)
    page.get_by_role("link", name="Revoke").click()
    desk.look("consent-revoke")
    press(page, "Revoke consent")
    says(page, "From now on nothing is told on it")
    desk.picture("consents-after-revoking")
    page = desk.open(f"/sharing/{chart.split('/')[2]}/send/")
    page.get_by_label("Who", exact=True).select_option(label=LANDLORD)
    page.get_by_label("What for").select_option("housing")
    press(page, "Show what may be told")
    says(page, "Nothing may be told to them", "revoked")
    desk.look("share-refused")
    desk.open(person_of(chart) + "disclosures/")
    says(page, LANDLORD)
    desk.look("accounting")


def test_the_front_desk_gives_the_notice_takes_in_what_people_say_and_opens_no_consent(sit_down):
    chart = first_chart(sit_down("case.manager@demo.test"))
    desk = sit_down("front.desk@demo.test")
    page = desk.open("/patients/notices/")
    desk.look("notices-owed")
    page.locator("main tbody a[href*='/notice/']").first.click()
    desk.look("notice")
    page.locator("input[name=acknowledgement][value=signed]").check()
    press(page, "Save")
    says(page, "Signed")
    desk.open("/patients/notices/wording/")
    desk.look("notice-wording")
    page = desk.open("/patients/complaints/take/")
    desk.look("complaint-take")
    page.fill("[name=words]", "My sister was told on the phone that I come here.")
    page.locator("input[name=about]").first.check()
    page.locator("input[name=from_whom][value=unnamed]").check()
    page.get_by_label("I told them how the program deals").check()
    press(page, "Hand it to the privacy officer")
    says(page, "Complaints|took|Number")
    page = desk.open("/patients/incidents/report/")
    desk.look("incident-report")
    page.fill("[name=words]", "The list of tomorrow's appointments lay open on the counter.")
    page.locator("input[name=kind]").first.check()
    press(page, "Report it")
    page = desk.open(chart)
    expect(page.locator("main")).not_to_contain_text("Consents")
    desk.look("front-desk-chart")
    person = person_of(chart)
    assert all(closed(desk, person + page_of_others) for page_of_others in ("consents/", "restricted/", "disclosures/", "restrictions/"))
    page.goto(desk.address + person + "consents/")
    says(page, "Your role does not open this")
    desk.picture("front-desk-closed")


def test_a_nurse_breaks_the_glass_with_the_four_facts_and_a_privacy_officer_reviews_it(sit_down):
    nurse = sit_down("nurse@demo.test")
    mine = chart_addresses(nurse)
    desk = sit_down("nurse.south@demo.test")
    elsewhere = [chart for chart in mine if chart not in chart_addresses(desk)]
    page = nurse.open(person_of(elsewhere[0]) + "edit/")
    born, name = page.input_value("[name=birth_date]"), f"{page.input_value('[name=given_name]')} {page.input_value('[name=family_name]')}"
    assert closed(desk, elsewhere[0])
    page = desk.open("/patients/emergency-access/")
    desk.look("glass-ask")
    page.fill("[name=name]", name)
    page.fill("[name=birth_date]", born)
    page.locator("input[name=kind][value=emergency]").check()
    press(page, "Open the chart for an hour")
    refused(page, "medical_personnel")
    refused(page, "nature")
    desk.look("glass-lacks-facts")
    page.fill("[name=medical_personnel]", "Dr. Ada Ruiz")
    page.fill("[name=affiliation]", "Cedar Integrated Care, medical unit")
    page.fill("[name=nature]", "Found without consciousness; asks for the current dose.")
    page.locator("input[name=personnel_at][value=inside]").check()
    press(page, "Open the chart for an hour")
    expect(page.get_by_role("alert").first).to_contain_text("open to you by emergency access")
    desk.open(elsewhere[0])
    expect(page.get_by_role("alert").first).to_contain_text("minutes left")
    desk.look("glass-chart")
    desk = sit_down("privacy@demo.test")
    page = desk.open("/patients/emergency-access/review/")
    desk.look("glasses")
    page.locator("main table a[href*='/emergency-access/review/']").last.click()
    says(page, "Nia Baptiste", "Dr. Ada Ruiz")
    desk.look("glass-review")
    page.locator("input[name=verdict][value=justified]").check()
    page.fill("[name=words]", "Called the emergency department: it was so.")
    press(page, "Close the review")
    desk.look("glass-reviewed")
    desk.open("/patients/guarded/")
    desk.picture("guarded")
    desk.open(person_of(elsewhere[0]) + "guard/")
    desk.picture("guard")


def test_a_therapist_keeps_a_counseling_note_from_the_privacy_officer(sit_down):
    desk = sit_down("therapist@demo.test")
    page = desk.open("/plans/sessions/")
    page.locator("main a[href*='/plans/sessions/']").filter(has_not_text="group").locator("visible=true").last.click()
    page.get_by_role("link", name=re.compile("counseling", re.IGNORECASE)).first.click()
    page.locator("main a[href*='/counseling/']").first.click()
    desk.look("counseling-note")
    if page.locator("[name=sign]").count():
        page.fill("[name=body]", "I listened better than last time.")
        page.locator("[name=sign]").click()
        says(page, "I listened better than last time")
    desk.look("counseling-signed")
    assert closed(sit_down("privacy@demo.test"), page.url.removeprefix(desk.address))


def test_a_privacy_officer_decides_what_somebody_asked_not_to_be_told(sit_down):
    person = person_of(first_chart(sit_down("case.manager@demo.test")))
    desk = sit_down("privacy@demo.test")
    page = desk.open("/privacy/")
    says(page, "What waits", "Clocks")
    desk.look("privacy")
    page.locator("main table a[href*='/privacy/deadlines/']").first.click()
    desk.picture("privacy-deadline")
    desk.open(person + "restrictions/")
    desk.look("restrictions")
    page = desk.open(person + "restrictions/ask/")
    desk.look("restriction-ask")
    page.fill("[name=words]", "My health plan is not to know that I come here.")
    page.locator("input[name=purposes][value=payment]").check()
    press(page, "")
    page.get_by_role("link", name="Decide").first.click()
    desk.look("restriction-decide")
    page.locator("input[name=agree][value=yes]").check()
    press(page, "")
    says(page, "greed")
    desk.look("restriction-decided")


def test_the_front_desk_takes_a_request_and_a_privacy_officer_hands_out_the_accounting(sit_down):
    officer = sit_down("privacy@demo.test")
    page = officer.open("/patients/disclosures/")
    officer.look("disclosures")
    link = page.locator("main tbody tr").filter(has_text="Carmen Ortiz").locator("a[href*='/patients/'], a[href*='/chart/']").first
    chart = re.sub(r"/(?:patients|chart)/([^/]+)/.*", r"/chart/\1/", link.get_attribute("href") or "")
    person = person_of(chart)
    desk = sit_down("front.desk@demo.test")
    page = desk.open(person + "requests/")
    page.get_by_role("link", name=re.compile("Take a request")).click()
    desk.look("request-take")
    page.fill("[name=wishes]", "Who was told where I live?")
    press(page, "Record the request")
    says(page, "Who was told where I live", "Due")
    page = officer.open("/patients/requests/")
    officer.picture("requests-all")
    page = officer.open(person + "requests/")
    page.locator("main tbody a[href*='/requests/']").first.click()
    officer.picture("request")
    assert "42 CFR" in text_of(saved(page, "Print"))
    assert saved(page, "Table").decode().count("\n") > 1
    page.reload()
    officer.look("request-handed-out")
    page.get_by_role("link", name="Write down the answer").click()
    page.locator("input[name=delivery]").first.check()
    press(page, "")
    says(page, "nswered")
    officer.look("request-answered")
    page = officer.open(f"{chart}who-looked/")
    says(page, "Carmen Ortiz|Faith Adeyemi|Pilar Vance")
    officer.look("who-looked")
    officer.open("/audit/")
    says(page, "erified")
    officer.look("audit")
    officer.open("/patients/sendings/")
    officer.look("sendings")


def test_a_privacy_officer_assesses_an_incident_and_a_poor_court_order_opens_nothing(sit_down):
    person = person_of(first_chart(sit_down("case.manager@demo.test")))
    desk = sit_down("privacy@demo.test")
    page = desk.open("/patients/incidents/report/")
    page.fill("[name=words]", "A letter went to the address where somebody lived before.")
    page.locator("input[name=kind]").first.check()
    press(page, "Report it")
    page = desk.open("/patients/incidents/")
    desk.look("incidents")
    page.locator("main tbody a[href*='/incidents/']").first.click()
    desk.look("incident")
    page.locator("summary").filter(has_text="four factors").click()
    for factor in ("nature", "recipient", "acquired", "mitigated"):
        page.fill(f"[name={factor}]", "Looked into with the desk.")
        page.select_option(f"[name={factor}_level]", "low")
    page.locator("input[name=determination][value=not_a_breach]").check()
    press(page, "Save assessment")
    says(page, "Looked into with the desk")
    desk.look("incident-assessed")
    desk.open("/patients/complaints/")
    desk.look("complaints")
    page = desk.open(person + "court-orders/add/")
    desk.picture("court-order-add")
    page.select_option("[name=kind]", index=1)
    page.fill("[name=court]", "County Court, Room 4")
    page.fill("[name=case_number]", "26-CR-118")
    page.locator("input[name=categories][value=diagnoses]").check()
    press(page, "Record order")
    says(page, "It opens nothing", "42 CFR 2.6")
    expect(page.locator("main")).not_to_contain_text("Hand over")
    desk.look("court-order")
    desk.open("/patients/disclosures/without-consent/")
    desk.picture("without-consent")
    desk.open("/agreements/")
    desk.look("agreements")

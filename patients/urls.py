"""Say which page of the first storey an address opens."""

from django.urls import path

from patients.accounting import views as accounting
from patients.caseload import views as caseload
from patients.compartments import views as compartments
from patients.complaints import views as complaints
from patients.consent import views as consent
from patients.consent.printing import views as printing
from patients.diagnoses import views as diagnoses
from patients.disclosures import views as disclosures
from patients.disclosures.glass import views as glass
from patients.disclosures.without_consent import views as without_consent
from patients.episodes import views as episodes
from patients.guarding import views as guarding
from patients.health import views as health
from patients.incidents import views as incidents
from patients.inquiries import views as inquiries
from patients.merging import views as merging
from patients.notices import views as notices
from patients.record import views as record
from patients.relations import views as relations
from patients.restrictions import views as restrictions
from patients.safety import views as safety
from patients.safety.planning import views as planning
from patients.screenings import views as screenings
from patients.screenings.assessing import views as assessing
from patients.tablet import views as tablet
from patients.transmissions import views as transmissions
from patients.world import views as world

app_name = "patients"

urlpatterns = [
    path("", caseload.caseload, name="caseload"),
    path("register/", record.register, name="register"),
    path("duplicates/", merging.duplicates, name="duplicates"),
    path("duplicates/<int:pair>/dismiss/", merging.dismiss, name="dismiss_duplicate"),
    path("merges/", merging.merges, name="merges"),
    path("merges/<int:merge>/", merging.merge, name="merge"),
    path("<uuid:patient>/merge/", merging.choose, name="merge_choose"),
    path("<uuid:patient>/merge/<uuid:other>/", merging.preview, name="merge_preview"),
    path("consents/blank/", printing.blank_consent, name="blank_consent"),
    path("consents/waiting/", consent.waiting, name="consents_waiting"),
    path("disclosures/", disclosures.disclosures, name="disclosures"),
    path("sendings/", transmissions.transmissions, name="transmissions"),
    path("sendings/<int:transmission_id>/", transmissions.transmission, name="transmission"),
    path("sendings/<int:transmission_id>/retry/", transmissions.press, {"verb": "retry"}, name="transmission_retry"),
    path("sendings/<int:transmission_id>/arrived/", transmissions.press, {"verb": "confirm"}, name="transmission_confirm"),
    path("sendings/<int:transmission_id>/cancel/", transmissions.cancel, name="transmission_cancel"),
    path("requests/", accounting.work_list, name="records_requests_list"),
    path("notices/", notices.notices_owed, name="notices_owed"),
    path("notices/wording/", notices.notice_wording, name="notice_wording"),
    path("<uuid:patient>/notice/", notices.notice, name="notice"),
    path("complaints/", complaints.complaints, name="complaints"),
    path("complaints/taken/", complaints.complaints_taken, name="complaints_taken"),
    path("complaints/take/", complaints.take, name="take_complaint"),
    path("complaints/<int:complaint>/", complaints.complaint, name="complaint"),
    path("complaints/<int:complaint>/look-into/", complaints.look_into, name="complaint_look_into"),
    path("complaints/<int:complaint>/answer/", complaints.answer, name="complaint_answer"),
    path("complaints/<int:complaint>/staff/", complaints.name_staff, name="complaint_staff"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/report/", incidents.report, name="report_incident"),
    path("incidents/reported/", incidents.incidents_reported, name="incidents_reported"),
    path("incidents/<int:incident>/", incidents.incident, name="incident"),
    path("incidents/<int:incident>/letters/", incidents.breach_letters, name="breach_letters"),
    path("incidents/<int:incident>/<slug:work>/", incidents.incident_act, name="incident_act"),
    path("disclosures/without-consent/", without_consent.without_consent, name="without_consent"),
    path("disclosures/audits/add/", without_consent.add_audit, name="add_audit"),
    path("disclosures/audits/<int:audit>/end/", without_consent.end_audit, name="end_audit"),
    path("disclosures/research/add/", without_consent.add_research, name="add_research"),
    path("disclosures/research/<int:research>/end/", without_consent.end_research, name="end_research"),
    path("safety/", safety.safety_concerns, name="safety_concerns"),
    path("safety/<int:concern>/take/", safety.take_unnamed, name="take_unnamed_concern"),
    path("emergency-access/", glass.breaking, name="break_glass"),
    path("emergency-access/close/", guarding.close, name="close_glass"),
    path("emergency-access/review/", guarding.glasses, name="glasses"),
    path("emergency-access/review/<int:glass>/", guarding.glass, name="glass"),
    path("guarded/", guarding.guarded, name="guarded"),
    path("<uuid:patient>/guard/", guarding.guard, name="guard"),
    path("<uuid:patient>/guard/change/", guarding.change_guard, name="change_guard"),
    path("<uuid:patient>/restricted/", compartments.restricted, name="restricted_notes"),
    path("<uuid:patient>/restricted/write/", compartments.write, name="write_restricted"),
    path("<uuid:patient>/edit/", record.edit, name="edit"),
    path("<uuid:patient>/contacts/", record.contacts, name="contacts"),
    path("<uuid:patient>/contacts/add/", record.add_contact, name="add_contact"),
    path("<uuid:patient>/contacts/<int:contact>/", record.change_contact, name="change_contact"),
    path("<uuid:patient>/contacts/<int:contact>/end/", record.end_contact, name="end_contact"),
    path("<uuid:patient>/identifiers/add/", record.add_number, name="add_identifier"),
    path("inquiries/", inquiries.inquiries, name="inquiries"),
    path("inquiries/take/", inquiries.take, name="take_inquiry"),
    path("inquiries/waitlist/", inquiries.waitlist, name="waitlist"),
    path("inquiries/<int:inquiry>/", inquiries.inquiry, name="inquiry"),
    path("inquiries/<int:inquiry>/change/", inquiries.change, name="change_inquiry"),
    path("inquiries/<int:inquiry>/person/", inquiries.person, name="inquiry_person"),
    path("inquiries/<int:inquiry>/<str:deed>/", inquiries.act, name="act_on_inquiry"),
    path("<uuid:patient>/care/", episodes.care, name="care"),
    path("<uuid:patient>/care/admit/", caseload.admit, name="admit"),
    path("<uuid:patient>/care/<int:episode>/transfer/", episodes.transfer, name="transfer"),
    path("<uuid:patient>/care/<int:episode>/discharge/", episodes.discharge, name="discharge"),
    path("<uuid:patient>/care/<int:episode>/facts/", episodes.admission_facts, name="admission_facts"),
    path("<uuid:patient>/team/", caseload.team, name="team"),
    path("<uuid:patient>/team/assign/", caseload.assign, name="assign"),
    path("<uuid:patient>/team/<int:member>/end/", caseload.end_member, name="end_member"),
    path("<uuid:patient>/diagnoses/", diagnoses.diagnoses, name="diagnoses"),
    path("<uuid:patient>/diagnoses/codes/", diagnoses.codes, name="codes"),
    path("<uuid:patient>/diagnoses/add/", diagnoses.add_diagnosis, name="add_diagnosis"),
    path("<uuid:patient>/diagnoses/suggestion/", diagnoses.suggest_code, name="suggest_code"),
    path("<uuid:patient>/diagnoses/<int:diagnosis>/", diagnoses.revise, name="revise_diagnosis"),
    path("<uuid:patient>/health/<slug:kind>/add/", health.add_fact, name="add_health_fact"),
    path("<uuid:patient>/health/<slug:kind>/<int:fact>/", health.fact, name="health_fact"),
    path("<uuid:patient>/health/<slug:kind>/<int:fact>/error/", health.fact_error, name="health_fact_error"),
    path("<uuid:patient>/health/<slug:kind>/<int:fact>/<slug:step>/", health.fact_step, name="health_fact_step"),
    path("<uuid:patient>/world/", world.world, name="world"),
    path("<uuid:patient>/world/<slug:section>/add/", world.add_world_fact, name="add_world_fact"),
    path("<uuid:patient>/world/<slug:section>/<int:world_fact>/", world.revise_world, name="revise_world_fact"),
    path("<uuid:patient>/world/<slug:section>/<int:world_fact>/error/", world.world_fact_error, name="world_fact_error"),
    path("<uuid:patient>/world/barriers/<int:barrier>/resolved/", world.barrier_resolved, name="barrier_resolved"),
    path("<uuid:patient>/diagnoses/<int:diagnosis>/again/", diagnoses.look_again, name="look_again"),
    path("<uuid:patient>/diagnoses/<int:diagnosis>/evidence/", diagnoses.evidence, name="add_evidence"),
    path("<uuid:patient>/use/", diagnoses.use, name="use"),
    path("<uuid:patient>/consents/", consent.consents, name="consents"),
    path("<uuid:patient>/consents/add/", consent.add_consent, name="add_consent"),
    path("<uuid:patient>/consents/<int:consent>/", consent.consent, name="consent"),
    path("<uuid:patient>/consents/<int:consent>/print/", printing.print_consent, name="print_consent"),
    path("<uuid:patient>/consents/<int:consent>/confirm/", consent.confirm, name="confirm_consent"),
    path("<uuid:patient>/consents/<int:consent>/decline/", consent.decline, name="decline_consent"),
    path("<uuid:patient>/consents/<int:consent>/false/", consent.mark_false, name="mark_consent_false"),
    path("<uuid:patient>/consents/<int:consent>/scan/", consent.add_scan, name="add_consent_scan"),
    path("<uuid:patient>/consents/<int:consent>/scan/<int:scan>/", consent.scan, name="consent_scan"),
    path("<uuid:patient>/relationships/", relations.relationships, name="relationships"),
    path("<uuid:patient>/relationships/add/", relations.add_relationship, name="add_relationship"),
    path("<uuid:patient>/relationships/<int:relationship>/end/", relations.end, name="end_relationship"),
    path("<uuid:patient>/consents/<int:consent>/revoke/", consent.revoke, name="revoke_consent"),
    path("<uuid:patient>/consents/<int:consent>/end/", consent.end, name="end_consent"),
    path("<uuid:patient>/disclosures/", accounting.account, name="accounting"),
    path("<uuid:patient>/disclosures/hand-out/", accounting.hand_out, name="hand_out"),
    path("<uuid:patient>/disclosures/hand-out/<int:handout>/", accounting.handout, name="handout"),
    path("<uuid:patient>/requests/", accounting.records_requests, name="records_requests"),
    path("<uuid:patient>/requests/take/", accounting.take, name="take_records_request"),
    path("<uuid:patient>/requests/<int:asked>/", accounting.records_request, name="records_request"),
    path("<uuid:patient>/requests/<int:asked>/extend/", accounting.extend, name="extend_records_request"),
    path("<uuid:patient>/requests/<int:asked>/answer/", accounting.answer, name="answer_records_request"),
    path("<uuid:patient>/requests/<int:asked>/deny/", accounting.deny, name="deny_access_request"),
    path("<uuid:patient>/requests/<int:asked>/withdraw/", accounting.withdraw, name="withdraw_records_request"),
    path("<uuid:patient>/requests/<int:asked>/hand-out/", accounting.hand_out_for, name="hand_out_for_request"),
    path("<uuid:patient>/emergency/", without_consent.tell_in_emergency, name="tell_in_emergency"),
    path("<uuid:patient>/emergency/<int:emergency>/review/", without_consent.review, name="review_emergency"),
    path("<uuid:patient>/report/", without_consent.report, name="report_to_authority"),
    path("<uuid:patient>/court-orders/add/", without_consent.add_court_order, name="add_court_order"),
    path("<uuid:patient>/court-orders/<int:court_order>/", without_consent.court_order, name="court_order"),
    path("<uuid:patient>/court-orders/<int:court_order>/end/", without_consent.end_court_order, name="end_court_order"),
    path("<uuid:patient>/restrictions/", restrictions.restrictions, name="restrictions"),
    path("<uuid:patient>/restrictions/ask/", restrictions.ask, name="ask_restriction"),
    path("<uuid:patient>/restrictions/<int:restriction>/decide/", restrictions.decide, name="decide_restriction"),
    path("<uuid:patient>/restrictions/<int:restriction>/end/", restrictions.end, name="end_restriction"),
    path("<uuid:patient>/assessments/", assessing.assessments, name="assessments"),
    path("<uuid:patient>/assessments/begin/", assessing.start, name="start_assessment"),
    path("<uuid:patient>/assessments/total/", assessing.add_total, name="add_total"),
    path("<uuid:patient>/assessments/<int:assessment>/", assessing.assessment, name="assessment"),
    path("<uuid:patient>/assessments/<int:assessment>/needs/", assessing.take_need, name="take_need"),
    path("<uuid:patient>/assessments/<int:assessment>/end/", assessing.end_assessment, name="end_assessment"),
    path("<uuid:patient>/tablet/", tablet.hand_out, name="tablet"),
    path("<uuid:patient>/tablet/<int:link>/", tablet.link_page, name="tablet_link"),
    path("<uuid:patient>/observations/", screenings.observations, name="observations"),
    path("<uuid:patient>/observations/score/", screenings.add_score, name="add_score"),
    path("<uuid:patient>/observations/laboratory/", screenings.add_laboratory, name="add_laboratory"),
    path("<uuid:patient>/safety/", safety.safety, name="safety"),
    path("<uuid:patient>/safety/raise/", safety.add_concern, name="raise_concern"),
    path("<uuid:patient>/safety/<int:concern>/take/", safety.take, name="take_concern"),
    path("<uuid:patient>/safety/<int:concern>/close/", safety.close, name="close_concern"),
    path("<uuid:patient>/safety/follow-ups/<int:follow_up>/", safety.follow_up, name="safety_follow_up"),
    path("<uuid:patient>/safety/plans/write/", planning.write_plan, name="write_safety_plan"),
    path("<uuid:patient>/safety/plans/<int:safety_plan>/", planning.plan, name="safety_plan"),
    path("<uuid:patient>/safety/plans/<int:safety_plan>/print/", planning.print_plan, name="print_safety_plan"),
    path("<uuid:patient>/safety/plans/<int:safety_plan>/sign/", planning.sign_plan, name="sign_safety_plan"),
    path("<uuid:patient>/safety/plans/<int:safety_plan>/end/", planning.end_plan, name="end_safety_plan"),
    path("<uuid:patient>/safety/plans/<int:safety_plan>/review/", planning.review_plan, name="review_safety_plan"),
]

tablet_patterns = (
    [
        path("go-on/", tablet.go_on, name="go_on"),
        path("stop/", tablet.stop, name="stop"),
        path("<int:place>/<int:number>/", tablet.question, name="question"),
        path("<str:token>/", tablet.welcome, name="welcome"),
    ],
    "tablet",
)
"""What a person sees who answers alone; the addresses say nothing of a clinic."""

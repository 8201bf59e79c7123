"""Say which page of the second storey an address opens."""

from django.urls import path, re_path

from treatment_plans.calendar import views as calendar
from treatment_plans.calendar.booking import views as booking
from treatment_plans.calendar.feed import views as feed
from treatment_plans.calendar.meetings import views as meetings
from treatment_plans.calendar.places import views as places
from treatment_plans.calendar.waiting import views as waiting
from treatment_plans.counseling import views as counseling
from treatment_plans.drafts import views as drafts
from treatment_plans.family import views as family
from treatment_plans.groups import views as groups
from treatment_plans.groups.writing import views as groups_writing
from treatment_plans.inventory import views as inventory
from treatment_plans.medication import views as medication
from treatment_plans.mutual_help import views as mutual_help
from treatment_plans.plan import views as plan
from treatment_plans.plan.catalog import views as catalog
from treatment_plans.plan.pieces import views as pieces
from treatment_plans.plan.policy import views as plan_policy
from treatment_plans.plan.standing import views as standing
from treatment_plans.plan.versions import views as plan_versions
from treatment_plans.reviews import views as reviews
from treatment_plans.reviews.paper import views as plan_paper
from treatment_plans.sessions import views as sessions
from treatment_plans.sessions.changing import views as changing
from treatment_plans.sessions.coping import views as coping
from treatment_plans.sessions.fidelity import views as fidelity
from treatment_plans.sessions.individual import views as individual
from treatment_plans.sessions.writing import views as writing
from treatment_plans.signing import views as signing

app_name = "treatment_plans"

medication_urls = [
    path("dosing/", medication.dosing, name="dosing"),
    path("dosing/<int:order_id>/", medication.dose, name="dose"),
    path("patients/<uuid:patient>/orders/", medication.orders, name="orders"),
    path("patients/<uuid:patient>/orders/new/", medication.order_new, name="order_new"),
    path("orders/<int:order_id>/", medication.order, name="order"),
    path("orders/<int:order_id>/hold/", medication.order_hold, name="order_hold"),
    path("orders/<int:order_id>/release/", medication.order_release, name="order_release"),
    path("orders/<int:order_id>/end/", medication.order_end, name="order_end"),
]
inventory_urls = [
    path("stock/", inventory.stock, name="stock"),
    path("stock/receive/", inventory.receive, name="receive"),
    path("stock/products/new/", inventory.product_new, name="product_new"),
    path("stock/<int:lot_id>/", inventory.lot, name="lot"),
    path("stock/<int:lot_id>/waste/", inventory.waste, name="waste"),
    path("stock/<int:lot_id>/count/", inventory.count, name="count"),
]

appointment_urls = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("patients/<uuid:patient>/book/", booking.book, name="book"),
    path("patients/<uuid:patient>/book/check/", booking.check_booking, name="check_booking"),
    path("appointments/<int:appointment>/", booking.appointment, name="appointment"),
    path("appointments/<int:appointment>/move/", booking.move, name="move_appointment"),
    path("appointments/<int:appointment>/move/check/", booking.check_move, name="check_move"),
    path("appointments/<int:appointment>/cancel/", booking.cancel, name="cancel_appointment"),
    path("appointments/<int:appointment>/settle/", booking.settle, name="settle_appointment"),
    path("calendar/mine/", feed.my_feed, name="my_feed"),
    path("calendar/mine/close/", feed.close_feed, name="close_feed"),
    path("calendar/waitlist/", waiting.waitlist, name="waitlist"),
    path("calendar/waitlist/<int:entry>/end/", waiting.stop_waiting, name="stop_waiting"),
    path("patients/<uuid:patient>/wait/", waiting.wait, name="wait"),
    path("patients/<uuid:patient>/busy/", waiting.busy, name="busy"),
    path("busy/<int:busy>/end/", waiting.stop_busy, name="stop_busy"),
    path("places/", places.places, name="places"),
    path("places/<int:site>/hours/<str:hours_for>/", places.hours, name="hours"),
    path("places/<int:site>/close/", places.close, name="close_site"),
    path("places/closures/<int:closure>/reopen/", places.reopen, name="reopen_site"),
    path("places/<int:site>/rooms/", places.room_new, name="room_new"),
    path("places/rooms/<int:room>/", places.room, name="room"),
    path("places/programs/<int:program>/words/", places.message_words, name="message_words"),
]
feed_urls = [
    path("<str:token>.ics", feed.calendar_of_token, name="calendar_file"),
    re_path(r"^.*$", feed.nothing_here, name="nothing_here"),
]
feed_patterns = (feed_urls, "feed")
plan_urls = [
    path("patients/<uuid:patient>/plan/", plan.plan, name="plan"),
    path("patients/<uuid:patient>/plan/start/", plan.start, name="start_plan"),
    path("<int:plan>/", plan.plan_version, name="plan_version"),
    path("<int:plan>/print/", plan.print_plan, name="print_plan"),
    path("<int:plan>/change/", plan.change, name="change_plan"),
    path("<int:plan>/activate/", plan.activate, name="activate_plan"),
    path("<int:plan>/end/", plan.end, name="end_plan"),
]
plan_piece_urls = [
    path("<int:plan>/problems/", pieces.add_problem, name="add_problem"),
    path("problems/<int:problem>/", pieces.change_problem, name="change_problem"),
    path("problems/<int:problem>/stop/", pieces.stop_problem, name="stop_problem"),
    path("problems/<int:problem>/goals/", pieces.add_goal, name="add_goal"),
    path("goals/<int:goal>/", pieces.change_goal, name="change_goal"),
    path("goals/<int:goal>/remove/", pieces.remove_goal, name="remove_goal"),
    path("goals/<int:goal>/settle/", pieces.settle_goal, name="settle_goal"),
    path("goals/<int:goal>/objectives/", pieces.add_objective, name="add_objective"),
    path("goals/<int:goal>/interventions/", pieces.add_intervention, name="add_intervention"),
    path("objectives/<int:objective>/", pieces.change_objective, name="change_objective"),
    path("objectives/<int:objective>/stop/", pieces.stop_objective, name="stop_objective"),
    path("objectives/<int:objective>/met/", pieces.meet_objective, name="meet_objective"),
    path("objectives/<int:objective>/count/", pieces.count_objective, name="count_objective"),
    path("interventions/<int:intervention>/", pieces.change_intervention, name="change_intervention"),
    path("interventions/<int:intervention>/stop/", pieces.stop_intervention, name="stop_intervention"),
    path("<int:plan>/rate/<str:scale>/", standing.rate, name="rate_standing"),
    path("<int:plan>/stage/", standing.stage, name="stage_of_change"),
    path("interventions/list/", catalog.intervention_list, name="intervention_list"),
    path("interventions/list/new/", catalog.list_new, name="list_intervention"),
    path("interventions/list/<str:listed>/", catalog.change_listed, name="change_listed_intervention"),
]
review_urls = [
    path("plans/policy/", plan_policy.plan_policy, name="plan_policy"),
    path("<int:plan>/next/", plan_versions.next_version, name="next_version"),
    path("<int:plan>/changes/", plan_versions.plan_changes, name="plan_changes"),
    path("<int:plan>/life/", reviews.plan_life, name="plan_life"),
    path("<int:plan>/sign/", reviews.sign_as_clinician, name="sign_plan"),
    path("<int:plan>/sign/person/", reviews.sign_for_person, name="sign_plan_for_person"),
    path("<int:plan>/sign/not/", reviews.not_signed, name="plan_not_signed"),
    path("<int:plan>/review/", reviews.review, name="review_plan"),
    path("<int:plan>/copy/", plan_paper.print_copy, name="plan_copy"),
]
group_urls = [
    path("sessions/group/", groups_writing.write_group, name="write_group"),
    path("groups/", groups.groups, name="groups"),
    path("groups/start/", groups.start_group, name="start_group"),
    path("groups/<int:group>/", groups.group_series, name="group_series"),
    path("groups/<int:group>/change/", groups.change_group, name="change_group"),
    path("groups/<int:group>/end/", groups.end_group, name="end_group"),
    path("groups/<int:group>/plan/", meetings.plan_group, name="plan_group"),
    path("groups/<int:group>/extra/", groups.extra_meeting, name="extra_meeting"),
    path("groups/<int:group>/join/", groups.join_group, name="join_group"),
    path("groups/places/<int:group_place>/leave/", groups.leave_place, name="leave_place"),
    path("groups/meetings/<int:group_meeting>/", groups_writing.write_meeting, name="write_meeting"),
    path("groups/meetings/<int:group_meeting>/cancel/", groups.cancel_group_meeting, name="cancel_group_meeting"),
    path("groups/names/<str:whose>/", groups_writing.names_in_group, name="names_in_group"),
]
session_urls = [
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:session>/", sessions.session, name="session"),
    path("sessions/<int:session>/sign/", sessions.sign, name="sign_session"),
    path("sessions/<int:session>/change/", changing.change, name="change_session"),
    path("patients/<uuid:patient>/session/", individual.write, name="write_session"),
    path("notes/<int:attendance>/", individual.note, name="note"),
    path("sessions/rules/", writing.note_policies, name="note_policies"),
    path("sessions/rules/<int:note_policy>/drop/", writing.drop_policy, name="drop_note_policy"),
    path("sessions/fidelity/", fidelity.fidelity_overview, name="fidelity_overview"),
    path("sessions/<int:session>/fidelity/", fidelity.fidelity, name="fidelity"),
    path("patients/<uuid:patient>/coping/", coping.coping_cards, name="coping_cards"),
    path("patients/<uuid:patient>/coping/add/", coping.add_card, name="add_coping_card"),
    path("patients/<uuid:patient>/coping/print/", coping.print_cards, name="print_coping_cards"),
    path("coping/<int:coping_card>/", coping.change_card, name="change_coping_card"),
    path("coping/<int:coping_card>/take-off/", coping.take_off_card, name="take_off_coping_card"),
]
family_urls = [
    path("patients/<uuid:patient>/family/", family.family, name="family"),
    path("patients/<uuid:patient>/family/session/", family.write_family, name="write_family"),
    path("notes/<int:attendance>/others/", family.others, name="others"),
    path("participants/<int:participant>/error/", family.participant_error, name="participant_error"),
    path("patients/<uuid:patient>/collateral/", family.collateral, name="collateral"),
    path("patients/<uuid:patient>/collateral/write/", family.write_collateral, name="write_collateral"),
]
mutual_help_urls = [
    path("mutual-help/", mutual_help.meetings, name="mutual_help"),
    path("mutual-help/new/", mutual_help.meeting_new, name="new_mutual_help"),
    path("mutual-help/<int:mutual_meeting>/", mutual_help.meeting_change, name="change_mutual_help"),
    path("mutual-help/told/<int:told>/error/", mutual_help.told_error, name="mutual_help_error"),
    path("patients/<uuid:patient>/mutual-help/", mutual_help.mutual_help, name="mutual_help_of"),
    path("patients/<uuid:patient>/mutual-help/tell/", mutual_help.tell, name="tell_mutual_help"),
]
signing_urls = [
    path("sessions/unsigned/", signing.unsigned, name="unsigned"),
    path("sessions/unsigned/everybody/", signing.overview, name="signing_overview"),
    path("cosign/", signing.cosign, name="cosign"),
    path("cosign/<int:cosigning>/", signing.cosign_one, name="cosign_one"),
    path("notes/<int:attendance>/addendum/", signing.addendum, name="add_addendum"),
    path("notes/<int:attendance>/error/", signing.in_error, name="mark_note_in_error"),
    path("supervision/", signing.supervision, name="supervision"),
    path("supervision/add/", signing.add_supervision, name="add_supervision"),
    path("supervision/rules/", signing.signing_rules, name="signing_rules"),
    path("supervision/<int:supervision>/end/", signing.stop_supervision, name="end_supervision"),
]
draft_urls = [
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/<str:key>/", drafts.draft, name="draft"),
    path("drafts/<str:key>/drop/", drafts.drop, name="drop_draft"),
    path("drafts/<str:key>/read/", drafts.read_draft, name="read_draft"),
]
counseling_urls = [
    path("sessions/<int:session>/counseling/", counseling.counseling, name="counseling"),
    path("sessions/<int:session>/counseling/<uuid:patient>/", counseling.counseling_note, name="counseling_note"),
    path("counseling/openings/", counseling.openings, name="counseling_openings"),
    path("counseling/openings/<int:opening>/close/", counseling.close_notes, name="close_counseling"),
    path("patients/<uuid:patient>/counseling/open/", counseling.open_notes, name="open_counseling"),
    path("counseling/opened/", counseling.opened, name="counseling_opened"),
    path("counseling/opened/<int:opening>/", counseling.opened_notes, name="opened_notes"),
]

urlpatterns = [
    *family_urls,
    *mutual_help_urls,
    *counseling_urls,
    *draft_urls,
    *appointment_urls,
    *plan_urls,
    *plan_piece_urls,
    *review_urls,
    *signing_urls,
    *session_urls,
    *group_urls,
    *medication_urls,
    *inventory_urls,
]

"""Say which page of the third storey an address opens."""

from django.urls import path

from referrals.casework import views as casework
from referrals.partners import views as partners
from referrals.referral import views as referral

app_name = "referrals"

casework_urls = [
    path("tasks/", casework.tasks, name="tasks"),
    path("tasks/<int:task_id>/", casework.task, name="task"),
    path("tasks/<int:task_id>/take/", casework.take, name="take_task"),
    path("tasks/<int:task_id>/<slug:verb>/", casework.act, name="task_act"),
    path("patients/<uuid:patient>/task/", casework.add, name="add_task"),
    path("choose/<slug:purpose>/", casework.choose_person, name="choose_person"),
]
referral_urls = [
    path("referrals/", referral.referrals, name="referrals"),
    path("referrals/<int:referral_id>/", referral.referral, name="referral"),
    path("referrals/<int:referral_id>/send/", referral.press, {"verb": "send"}, name="referral_send"),
    path("referrals/<int:referral_id>/answer/", referral.answer, name="referral_answer"),
    path("referrals/<int:referral_id>/complete/", referral.press, {"verb": "complete"}, name="referral_complete"),
    path("referrals/<int:referral_id>/withdraw/", referral.press, {"verb": "withdraw"}, name="referral_withdraw"),
    path("patients/<uuid:patient>/refer/", referral.refer, name="refer"),
]
partner_urls = [
    path("organizations/", partners.directory, name="organizations"),
    path("organizations/new/", partners.organization_new, name="organization_new"),
    path("organizations/<uuid:organization>/", partners.organization, name="organization"),
    path("organizations/<uuid:organization>/change/", partners.organization_change, name="organization_change"),
]

urlpatterns = [*casework_urls, *referral_urls, *partner_urls]

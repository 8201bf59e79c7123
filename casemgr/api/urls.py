"""Say what a partner can ask. Mounted at the root, because tokens and answers live under two names."""

from django.urls import include, path, re_path

from casemgr.api import description
from casemgr.api.problems import not_found
from casemgr.api.v1.consents import ConsentHandIn
from casemgr.api.v1.patients import (
    PatientAppointments,
    PatientDetail,
    PatientHousing,
    PatientList,
    PatientMedications,
    PatientPlan,
    PatientSearch,
)
from casemgr.api.v1.plans import PlanActivation, PlanProposals
from casemgr.api.v1.referrals import ReferralAnswerView, ReferralList
from casemgr.api.views import Docs, Schema, token

app_name = "api"

v1 = [
    path("patients", PatientList.as_view(), name="patients"),
    path("patients/search", PatientSearch.as_view(), name="patient-search"),
    path("patients/<uuid:patient>", PatientDetail.as_view(), name="patient"),
    path("patients/<uuid:patient>/medications", PatientMedications.as_view(), name="medications"),
    path("patients/<uuid:patient>/plan", PatientPlan.as_view(), name="plan"),
    path("patients/<uuid:patient>/plan/proposals", PlanProposals.as_view(), name="plan-proposals"),
    path("patients/<uuid:patient>/plan/proposals/<int:number>/activation", PlanActivation.as_view(), name="plan-activation"),
    path("patients/<uuid:patient>/appointments", PatientAppointments.as_view(), name="appointments"),
    path("patients/<uuid:patient>/housing", PatientHousing.as_view(), name="housing"),
    path("referrals", ReferralList.as_view(), name="referrals"),
    path("referrals/<int:number>/answer", ReferralAnswerView.as_view(), name="referral-answer"),
    path("consents", ConsentHandIn.as_view(), name="consents"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(url_name="api:schema"), name="docs"),
]

urlpatterns = [
    path("oauth/token", token, name="token"),
    path("api/v1/", include(v1)),
    re_path(r"^(?:api|oauth)/(?P<rest>.*)$", not_found, name="nothing"),
]

__all__ = ["description", "urlpatterns"]

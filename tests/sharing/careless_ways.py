"""Be a house with careless ways out, for the tests that show that each of them is noticed."""

import csv
from typing import Any
from urllib.request import urlopen

from django.core.mail import send_mail
from django.http import HttpResponse, JsonResponse
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView

from casemgr.core.accounts.rules import Can
from casemgr.core.ui.pages import page
from patients.caseload.queries import patients_seen_by


@page(Can.SEE_PATIENTS)
def caseload_as_table(request: Any) -> HttpResponse:
    """Give the caseload as a file that nobody asked the gate about."""
    response = HttpResponse(content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    csv.writer(response).writerows(patients_seen_by(request.user).values_list("family_name"))
    return response


@page(Can.SEE_PATIENTS)
def caseload_as_data(request: Any) -> HttpResponse:
    """Give the caseload as data."""
    return JsonResponse({"people": list(patients_seen_by(request.user).values("family_name"))})


@page(Can.SEE_PATIENTS)
def mailed(request: Any) -> HttpResponse:
    """Mail somebody's name, and call another machine."""
    send_mail("People", str(patients_seen_by(request.user).first()), None, ["somebody@mail.test"])
    urlopen("https://machine.test").close()
    return HttpResponse("Sent.")


class Ungated(APIView):
    """Answer a partner without asking the gate."""

    def get(self, request: Any) -> Response:
        """Tell everybody."""
        return Response({"people": []})


careless = [
    path("table", caseload_as_table, name="table"),
    path("data", caseload_as_data, name="data"),
    path("mailed", mailed, name="mailed"),
]
urlpatterns = [
    path("api/v1/everybody", Ungated.as_view(), name="everybody"),
    path("try/", include((careless, "try"))),
    path("", include("casemgr.urls")),
]

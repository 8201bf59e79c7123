"""Serve the pages that the frame needs, without any storey."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.i18n import set_language

from casemgr.core import views
from casemgr.core.ui.views import styleguide


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def shown(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, name)


desk = ([path("", nothing, name="today"), path("search/", nothing, name="search")], "desk")
patients = ([path("caseload/", nothing, name="caseload"), path("caseload/new/", nothing, name="register")], "patients")
accounts = ([path("program/", views.switch_program, name="switch_program")], "accounts")

urlpatterns = [
    path("", include(desk)),
    path("", include(patients)),
    path("my/", include(accounts)),
    path("account/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
    path("ui/styleguide/", styleguide),
    path("shown/<path:name>", shown),
]

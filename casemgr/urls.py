"""Say what a request wakes."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from casemgr.core import views as core_views

accounts_urls = ([path("program/", core_views.switch_program, name="switch_program")], "accounts")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", core_views.live, name="live"),
    path("healthz/ready", core_views.ready, name="ready"),
    path("language/", set_language, name="set_language"),
    path("account/", include("allauth.urls")),
    path("my/", include(accounts_urls)),
]

"""Say what a request wakes."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import set_language

from casemgr.admin import record_room
from casemgr.core import views as core_views
from casemgr.core.ui import views as ui_views
from patients.urls import tablet_patterns
from treatment_plans.urls import feed_patterns

accounts_urls = ([path("program/", core_views.switch_program, name="switch_program")], "accounts")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", core_views.live, name="live"),
    path("healthz/ready", core_views.ready, name="ready"),
    path("ui/styleguide/", ui_views.styleguide, name="styleguide"),
    path("words/", core_views.kinder_words, name="kinder_words"),
    path("language/", set_language, name="set_language"),
    re_path(r"^account/(?:confirm-)?email/", core_views.not_here, name="no_email_page"),
    path("account/", include("allauth.urls")),
    path("my/", include(accounts_urls)),
    path("", include("casemgr.desk.urls")),
    path("measures/", include("casemgr.measures.urls")),
    path("audit/", include("casemgr.desk.audit.urls")),
    path("admin/", record_room.urls),
    path("", include("casemgr.api.urls")),
    path("patients/", include("patients.urls")),
    path("t/", include(tablet_patterns)),
    path("c/", include(feed_patterns)),
    path("plans/", include("treatment_plans.urls")),
    path("casework/", include("referrals.urls")),
    path("sharing/", include("casemgr.sharing.urls")),
]

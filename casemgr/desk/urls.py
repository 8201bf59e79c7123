"""Say where the desk is found."""

from django.urls import path

from casemgr.desk.agreements import views as agreement_views
from casemgr.desk.chart import views as chart_views
from casemgr.desk.entries import views as entries_views
from casemgr.desk.health import views as health_views
from casemgr.desk.history import views as history_views
from casemgr.desk.policies import views as policy_views
from casemgr.desk.privacy import views as privacy_views
from casemgr.desk.recovery import views as recovery_views
from casemgr.desk.search import views as search_views
from casemgr.desk.today import views as today_views
from casemgr.desk.toxicology import views as toxicology_views
from casemgr.desk.watched import views as watched_views

app_name = "desk"
urlpatterns = [
    path("", today_views.today, name="today"),
    path("search/", search_views.search, name="search"),
    path("chart/<uuid:patient>/", chart_views.chart, name="chart"),
    path("chart/<uuid:patient>/recovery/", recovery_views.recovery, name="recovery"),
    path("chart/<uuid:patient>/recovery/picture/", recovery_views.picture, name="recovery_picture"),
    path("chart/<uuid:patient>/history/", history_views.history, name="history"),
    path("chart/<uuid:patient>/health/", health_views.health, name="health"),
    path("chart/<uuid:patient>/health/interactions/", health_views.decide, name="decide_interaction"),
    path("chart/<uuid:patient>/all/<slug:entries>/", entries_views.entries, name="entries"),
    path("privacy/", privacy_views.privacy, name="privacy"),
    path("privacy/deadlines/<int:clock>/", privacy_views.deadline, name="deadline"),
    path("privacy/policies/", policy_views.policies, name="policies"),
    path("privacy/policies/statements/<int:policy_statement>/", policy_views.policy_statement, name="policy_statement"),
    path("privacy/policies/<int:program>/<slug:area>/", policy_views.policy_area, name="policy_area"),
    path("privacy/policies/<int:program>/<slug:area>/<slug:stated>/", policy_views.state_policy, name="state_policy"),
    path("agreements/", agreement_views.agreements, name="agreements"),
    path("agreements/new/", agreement_views.agreement_new, name="agreement_new"),
    path("agreements/<int:agreement>/", agreement_views.agreement, name="agreement"),
    path("agreements/<int:agreement>/paper/", agreement_views.agreement_paper, name="agreement_paper"),
    path("agreements/<int:agreement>/<slug:step>/", agreement_views.agreement_act, name="agreement_act"),
    path("chart/<uuid:patient>/toxicology/", toxicology_views.toxicology, name="toxicology"),
    path("chart/<uuid:patient>/toxicology/add/", toxicology_views.add_toxicology, name="add_toxicology"),
    path("chart/<uuid:patient>/toxicology/<int:panel>/", toxicology_views.toxicology_panel, name="toxicology_panel"),
    path("chart/<uuid:patient>/toxicology/<int:panel>/results/", toxicology_views.toxicology_results, name="toxicology_results"),
    path("chart/<uuid:patient>/toxicology/<int:panel>/talk/", toxicology_views.talk_about_toxicology, name="talk_about_toxicology"),
    path("chart/<uuid:patient>/who-looked/", watched_views.who_looked, name="who_looked"),
]

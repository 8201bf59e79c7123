"""Say where the desk is found."""

from django.urls import path

from casemgr.desk.chart import views as chart_views
from casemgr.desk.history import views as history_views
from casemgr.desk.search import views as search_views
from casemgr.desk.today import views as today_views

app_name = "desk"
urlpatterns = [
    path("", today_views.today, name="today"),
    path("search/", search_views.search, name="search"),
    path("chart/<uuid:patient>/", chart_views.chart, name="chart"),
    path("chart/<uuid:patient>/history/", history_views.history, name="history"),
]

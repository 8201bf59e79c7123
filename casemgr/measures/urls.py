"""Say where the measures are found."""

from django.urls import path

from casemgr.measures import views

app_name = "measures"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("shared/", views.shared, name="shared"),
    path("export/", views.export, name="export"),
    path("<slug:code>/", views.figure_list, name="list"),
]

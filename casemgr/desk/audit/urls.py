"""Say where the record of access is found."""

from django.urls import path

from casemgr.desk.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.audit_list, name="list"),
    path("export/", views.audit_export, name="export"),
]

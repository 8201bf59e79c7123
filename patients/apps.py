"""Tell Django of this app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Name the app."""

    name = "patients"
    default_auto_field = "django.db.models.BigAutoField"

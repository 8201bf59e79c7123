"""Tell Django of this app."""

from django.apps import AppConfig


class TreatmentPlansConfig(AppConfig):
    """Name the app."""

    name = "treatment_plans"
    default_auto_field = "django.db.models.BigAutoField"

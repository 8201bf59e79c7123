"""Tell Django of this app."""

from django.apps import AppConfig


class CasemgrConfig(AppConfig):
    """Name the app."""

    name = "casemgr"
    default_auto_field = "django.db.models.BigAutoField"

"""Tell Django of this app."""

from django.apps import AppConfig

from casemgr.collecting import leave_alone_what_is_loaded


class CasemgrConfig(AppConfig):
    """Name the app."""

    name = "casemgr"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Spare the collector what is loaded now."""
        leave_alone_what_is_loaded()

"""Tell Django of this app."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Name the app."""

    name = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

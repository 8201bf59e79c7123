"""Hold the ground floor (`core`) and the roof of the system."""

from casemgr.celery import app as celery_app

__all__ = ["celery_app"]

"""Hold the ground floor (`core`) and the roof of the system."""

from casemgr.celery import app as celery_app
from casemgr.collecting import wait_while_loading

__all__ = ["celery_app"]

wait_while_loading()

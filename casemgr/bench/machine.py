"""Say on what machine figures were taken."""

import os
import platform
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.db import connection


def machine_facts() -> list[str]:
    """Return what a reader must know to compare these figures with others."""
    return [
        f"{os.cpu_count()} cores ({_processor()}), load average {os.getloadavg()[0]:.1f} when measuring began",
        f"Python {platform.python_version()}, Django {django.get_version()}, {platform.system()} {platform.release().split('-')[0]}",
        f"PostgreSQL {_shown('server_version')}, shared_buffers {_shown('shared_buffers')}, fsync {_shown('fsync')}",
        f"CASEMGR_ENV {settings.ENV.name}, debugging off, psycopg {psycopg.__version__} ({psycopg.pq.__impl__})",
    ]


def _processor() -> str:
    """Return the name of the processor, as Linux knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _shown(setting: str) -> str:
    """Return a setting of the database server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        return str(cursor.fetchone()[0]).split(" ")[0]

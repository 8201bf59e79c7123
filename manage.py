#!/usr/bin/env python
"""Run a management command."""

import os
import sys

from django.core.management import execute_from_command_line

from casemgr.core.logs import tell_quietly

if __name__ == "__main__":
    sys.excepthook = tell_quietly
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casemgr.settings")
    execute_from_command_line(sys.argv)

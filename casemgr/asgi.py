"""Answer requests."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casemgr.settings")
application = get_asgi_application()

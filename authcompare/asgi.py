"""The ASGI callable that a production server runs: `uvicorn authcompare.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authcompare.settings")

application = get_asgi_application()

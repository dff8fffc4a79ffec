"""The WSGI callable that a production server runs: `gunicorn authcompare.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authcompare.settings")

application = get_wsgi_application()

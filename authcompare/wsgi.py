"""The WSGI callable that a production server runs: `gunicorn authcompare.wsgi`."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from authcompare.logs import Redact

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authcompare.settings")

# gunicorn sets up this logger by itself, before it loads the site; with `--access-logfile` its
# lines would hold every mailed link that somebody follows (ASVS 16.2.5).
logging.getLogger("gunicorn.access").addFilter(Redact())

application = get_wsgi_application()

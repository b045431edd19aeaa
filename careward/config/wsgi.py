"""The application a WSGI server loads; templates are warmed first, for compiling them under load stampedes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careward.config.settings")
application = get_wsgi_application()

from careward.web.jinja import warm_up  # noqa: E402  (Django must be set up first)

warm_up()

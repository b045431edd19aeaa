"""The application a WSGI server loads; templates are warmed first, for compiling them under load stampedes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careward.config.settings")
os.environ.setdefault("CAREWARD_LOCK_SECONDS", "4")  # a person is told that it is busy rather than left waiting
application = get_wsgi_application()

from careward.config.settings import TESTING  # noqa: E402
from careward.web.jinja import warm_up  # noqa: E402  (Django must be set up first)

warm_up()
if not TESTING:
    from careward.jobs.sealing import begin_in_background

    begin_in_background()

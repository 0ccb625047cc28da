"""What the production server imports."""

import multiprocessing
import os
import signal

from django.core.wsgi import get_wsgi_application

from . import server
from .bodies import Bodies
from .middleware import reads_forms_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = Bodies(reads_forms_only(get_wsgi_application()), server.AT_WORK)

# A worker of granian's does not outlive the process that started it.
if multiprocessing.parent_process() is not None:
    server.end_with_parent(by=signal.SIGTERM)

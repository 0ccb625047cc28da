"""What the production server imports."""

import os

from django.core.wsgi import get_wsgi_application

from .middleware import reads_forms_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = reads_forms_only(get_wsgi_application())

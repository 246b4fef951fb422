"""The door for web servers that speak WSGI."""

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tmpportal.settings")

application = get_wsgi_application()

from tmpportal.address_secrets import Masked  # noqa: E402
from tmpportal.warming import warm_up  # noqa: E402

# gunicorn writes its errors, which may quote an address, past Django's handlers.
logging.getLogger("gunicorn.error").addFilter(Masked())

warm_up()

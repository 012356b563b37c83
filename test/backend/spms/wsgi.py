"""With the routes, which each worker would load with its first request otherwise."""

from importlib import import_module

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

import_module("spms.urls")

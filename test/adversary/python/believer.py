"""Says what it believes of a request, as Django understands it behind the server that runs this: gunicorn and waitress
run `believer:wsgi`, uvicorn `believer:asgi`."""

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import re_path

settings.configure(
    SECRET_KEY="of a test",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    USE_X_FORWARDED_HOST=True,
    USE_X_FORWARDED_PORT=True,
)


def believed(request, view):
    fields = request.META
    return {
        "id": 5,
        "view": view,
        "path": request.path,
        "pathInfo": request.path_info,
        "script": fields["SCRIPT_NAME"],
        "method": request.method,
        "scheme": request.scheme,
        "host": request.get_host(),
        "port": request.get_port(),
        "user": fields.get("REMOTE_USER"),
        "address": fields.get("REMOTE_ADDR"),
        "image": request.build_absolute_uri("/files/a.png"),
        "fields": {name[5:]: value for name, value in fields.items() if name.startswith("HTTP_")},
    }


def projects(request):
    return JsonResponse([believed(request, "projects")], safe=False)


def api(request):
    return JsonResponse(believed(request, "api"), status=202 if request.method == "PUT" else 200)


def root(request):
    return JsonResponse(believed(request, "root"))


def health(request):
    return JsonResponse({"status": "ok"})


urlpatterns = [
    re_path(r"^api/v1/users/\d+/projects$", projects),
    re_path(r"^api/v1/", api),
    re_path(r"^health/$", health),
    re_path(r"^$", root),
    # What is left of an address when another prefix is taken off it.
    re_path(r"^(users/)?(staffprofiles/)?\d+/", root),
]
wsgi = get_wsgi_application()
asgi = get_asgi_application()

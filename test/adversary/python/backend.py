"""A small Django application with what the real one has of sessions, single sign-on, CSRF and administration.

`backend.py` creates the database of BACKEND_DATABASE with two users, whose password is their name: `ann` may change
anything in the administration, `bob` nothing. gunicorn serves `backend:application`. BACKEND_SECURE=1 sets SECURE_PROXY_SSL_HEADER."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    SECRET_KEY="of a test",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=[".example.org", "spms.test", "127.0.0.1", "[::1]"],
    CSRF_TRUSTED_ORIGINS=["https://spms.test"],
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("BACKEND_SECURE") else None,
    SESSION_ENGINE="django.contrib.sessions.backends.db",
    # Fast: nobody attacks the passwords of this test.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    # Tables as the models are now: the history of each takes seconds.
    MIGRATION_MODULES={name: None for name in ("admin", "auth", "contenttypes", "sessions")},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.common.CommonMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        f"{__name__}.single_sign_on",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BACKEND_DATABASE"],
            "OPTIONS": {"timeout": 20},
        }
    },
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth import login  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.urls import path  # noqa: E402


def single_sign_on(get_response):
    """Makes a user at first sight, as the real one does, whatever the request."""

    def middleware(request):
        name = request.META.get("HTTP_REMOTE_USER")
        if name and not request.user.is_authenticated:
            user, _ = User.objects.get_or_create(username=name)
            login(request, user)
        return get_response(request)

    return middleware


def health(request):
    return JsonResponse({"status": "ok"})


def token(request):
    return JsonResponse({"token": get_token(request)})


def me(request):
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "Authentication credentials were not provided."}, status=403)
    return JsonResponse({"id": request.user.pk, "name": request.user.username, "branch": None})


def staff_profiles(request):
    users = User.objects.order_by("pk")
    return JsonResponse({"profiles": [{"id": user.pk, "name": user.username, "user": {"id": user.pk}} for user in users]})


def staff_profile(request, number):
    request.get_host()  # as CommonMiddleware, which refuses a wrong one
    return JsonResponse({"id": number, "user": {"id": number}})


def user_projects(request, number):
    image = {"file": request.build_absolute_uri("/files/a.png"), "uploader": {"id": 1}}
    area = {"division": {"directorate_email_list": []}}
    return JsonResponse([{"id": 1, "image": image, "business_area": area}], safe=False)


def project(request, number):
    return JsonResponse({"id": number, "secure": request.is_secure()}, status=202 if request.method == "PUT" else 200)


urlpatterns = [
    path("health/", health),
    path("token", token),
    path("admin/", admin.site.urls),
    path("api/v1/users/me", me),
    path("api/v1/users/staffprofiles", staff_profiles),
    path("api/v1/users/staffprofiles/<int:number>", staff_profile),
    path("api/v1/users/<int:number>/projects", user_projects),
    path("api/v1/projects/<int:number>", project),
]
application = get_wsgi_application()

if __name__ == "__main__":
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.create_superuser("ann", password="ann")
    User.objects.create_user("bob", password="bob", is_staff=True)

"""A small Django application, as the real one is built: projects of users and staff profiles in a database, reads that
the sidecar has rows for, writes, and answers of 1 to 400 KB.

`app.py` creates the database of SOAK_DATABASE; gunicorn serves `app:application`."""

import json
import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models, transaction
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="of a test",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["SOAK_DATABASE"],
            # Three workers write: the second waits for the first.
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    },
)
django.setup()

#: Records 1 to 40 are projects, 101 to 140 staff profiles.
RECORDS = [*range(1, 41), *range(101, 141)]


class Record(models.Model):
    version = models.IntegerField(default=0)

    class Meta:
        app_label = "soak"


def health(request):
    return JsonResponse({"status": "ok"})


def shown(record):
    """1 to 400 KB, by its number. Whose profile it is has the number of the profile, too."""
    kilobytes = 1 + record.pk % 100 * 399 // 40
    pad = f"{record.pk:04d}" * (256 * kilobytes)
    return {"id": record.pk, "version": record.version, "user": {"id": record.pk}, "pad": pad}


def user_projects(request, user_id):
    """User N has project N."""
    return JsonResponse([shown(Record.objects.get(pk=user_id))], safe=False)


def record(request, record_id):
    if request.method == "GET":
        return JsonResponse(shown(Record.objects.get(pk=record_id)))
    json.loads(request.body)
    with transaction.atomic():
        changed = Record.objects.select_for_update().get(pk=record_id)
        changed.version += 1
        changed.save()
    return JsonResponse(shown(changed), status=202)


def file(request, kilobytes):
    chunk = b"0123456789abcdef" * 64
    if kilobytes % 2:
        return HttpResponse(chunk * kilobytes, content_type="application/octet-stream")
    return StreamingHttpResponse((chunk for _ in range(kilobytes)), content_type="application/octet-stream")


urlpatterns = [
    path("health/", health),
    path("api/v1/users/<int:user_id>/projects", user_projects),
    path("api/v1/users/staffprofiles/<int:record_id>", record),
    path("api/v1/projects/<int:record_id>", record),
    path("files/<int:kilobytes>", file),
]
application = get_wsgi_application()

if __name__ == "__main__":
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
    with connection.schema_editor() as editor:
        editor.create_model(Record)
    Record.objects.bulk_create([Record(pk=number) for number in RECORDS])

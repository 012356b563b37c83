from django.db import models


class Recorded(models.Model):
    """A record that knows when it was made and changed. In order, so that two answers can be compared."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering = ["id"]


def to_user(related_name, **options):
    """A person who may be deleted without what names the person."""
    return models.ForeignKey(
        "spms.User", null=True, blank=True, on_delete=models.SET_NULL, related_name=related_name, **options
    )

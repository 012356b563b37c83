from django.contrib.postgres.fields import ArrayField
from django.db import models

from .common import Recorded, to_user


class AdminTask(Recorded):
    """A request for a change, which is made when it is approved."""

    action = models.CharField(max_length=50)
    status = models.CharField(max_length=50, default="pending")
    project = models.ForeignKey("spms.Project", null=True, blank=True, on_delete=models.SET_NULL)
    requester = to_user("tasks_requested")
    primary_user = to_user("tasks")
    secondary_users = ArrayField(models.IntegerField(), null=True, blank=True)
    reason = models.TextField(null=True, blank=True)


class Comment(Recorded):
    user = to_user("comments")
    text = models.TextField()

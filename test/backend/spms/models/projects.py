from django.contrib.postgres.fields import ArrayField
from django.db import models

from .common import Recorded

TAGS = {"science": "SP", "student": "STP", "external": "EXT", "core_function": "CF"}


class Project(Recorded):
    kind = models.CharField(max_length=20, default="science")
    status = models.CharField(max_length=50, default="new")
    year = models.PositiveIntegerField(default=2026)
    number = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=500)
    description = models.TextField(null=True, blank=True)
    tagline = models.CharField(max_length=500, null=True, blank=True)
    keywords = models.CharField(max_length=500, null=True, blank=True)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    business_area = models.ForeignKey("spms.BusinessArea", null=True, on_delete=models.SET_NULL)
    deletion_requested = models.BooleanField(default=False)
    hidden_from_staff_profiles = ArrayField(models.IntegerField(), default=list, blank=True)

    @property
    def tag(self):
        return f"{TAGS.get(self.kind, 'SP')}-{self.year}-{self.number}"


class ProjectMember(Recorded):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey("spms.User", on_delete=models.CASCADE, related_name="memberships")
    is_leader = models.BooleanField(default=False)
    role = models.CharField(max_length=50)
    time_allocation = models.FloatField(default=0)
    position = models.PositiveIntegerField(default=100)
    comments = models.TextField(blank=True, default="")
    short_code = models.CharField(max_length=500, blank=True, default="")

    class Meta(Recorded.Meta):
        unique_together = ("project", "user")


class Document(Recorded):
    """A concept plan, a report or a closure, whose approval moves the status of its project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=50)
    status = models.CharField(max_length=50, default="new")

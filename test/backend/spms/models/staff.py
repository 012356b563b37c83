from django.db import models

from .common import Recorded


class Keyword(models.Model):
    name = models.CharField(max_length=50, unique=True)

    class Meta:
        ordering = ["id"]


class StaffProfile(Recorded):
    """What the public directory shows of somebody."""

    user = models.OneToOneField("spms.User", on_delete=models.CASCADE, related_name="staff_profile")
    is_hidden = models.BooleanField(default=False)
    keyword_tags = models.ManyToManyField(Keyword, blank=True)
    about = models.TextField(null=True, blank=True)
    expertise = models.TextField(null=True, blank=True)
    public_email = models.EmailField(null=True, blank=True)
    public_email_on = models.BooleanField(default=False)
    custom_title = models.CharField(max_length=50, null=True, blank=True)
    custom_title_on = models.BooleanField(default=False)


class EmploymentEntry(models.Model):
    public_profile = models.ForeignKey(StaffProfile, on_delete=models.CASCADE, related_name="employment_entries")
    position_title = models.CharField(max_length=200)
    start_year = models.PositiveIntegerField()
    end_year = models.PositiveIntegerField(null=True, blank=True)
    section = models.CharField(max_length=200, null=True, blank=True)
    employer = models.CharField(max_length=200, null=True, blank=True)

    class Meta:
        ordering = ["-start_year", "id"]


class EducationEntry(models.Model):
    public_profile = models.ForeignKey(StaffProfile, on_delete=models.CASCADE, related_name="education_entries")
    qualification_name = models.CharField(max_length=200)
    end_year = models.PositiveIntegerField()
    institution = models.CharField(max_length=200)
    location = models.CharField(max_length=200)

    class Meta:
        ordering = ["-end_year", "id"]

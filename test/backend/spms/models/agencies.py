from django.db import models

from .common import Recorded, to_user


class Affiliation(Recorded):
    name = models.CharField(max_length=250, unique=True)


class Agency(Recorded):
    name = models.CharField(max_length=140)
    key_stakeholder = to_user("stakeholder_of")
    is_active = models.BooleanField(default=True)


class Branch(Recorded):
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=140)
    manager = to_user("branches_managed")

    class Meta(Recorded.Meta):
        unique_together = ("agency", "name")


class Division(Recorded):
    name = models.CharField(max_length=150)
    slug = models.SlugField()
    director = to_user("divisions_led")
    approver = to_user("divisions_approved")
    directorate_email_list = models.ManyToManyField("spms.User", blank=True, related_name="email_lists")


class BusinessArea(Recorded):
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE)
    name = models.CharField(max_length=140)
    slug = models.SlugField(blank=True, null=True)
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.SET_NULL)
    is_active = models.BooleanField(default=True)
    leader = to_user("business_areas_led")
    caretaker = to_user("business_areas_taken_care_of")
    finance_admin = to_user("business_area_finances")
    data_custodian = to_user("business_area_data")
    focus = models.CharField(max_length=1250, blank=True, null=True)
    introduction = models.TextField(blank=True, null=True)

"""Models in every relation that a cached value may have."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models


class Status(models.TextChoices):
    ACTIVE = "active"
    CLOSED = "closed"


class Person(models.Model):
    name = models.CharField(max_length=100)
    born = models.DateField(null=True)
    image = models.FileField(null=True)


class Project(models.Model):
    uid = models.UUIDField(default=uuid.uuid4)
    title = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    budget = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.10"))
    facts = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)
    owner = models.ForeignKey(Person, models.CASCADE, null=True, related_name="owned")
    watchers = models.ManyToManyField(Person)


class Member(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE)
    role = models.CharField(max_length=20)


class Detail(models.Model):
    project = models.OneToOneField(Project, models.CASCADE)
    text = models.TextField()

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from .common import Recorded


class User(AbstractUser):
    email = models.EmailField(null=True, blank=True, unique=True)
    display_first_name = models.CharField(max_length=201, null=True, blank=True)
    display_last_name = models.CharField(max_length=201, null=True, blank=True)
    is_aec = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def save(self, *args, **kwargs):
        self.display_first_name = self.display_first_name or self.first_name
        self.display_last_name = self.display_last_name or self.last_name
        super().save(*args, **kwargs)


class Work(Recorded):
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="work")
    agency = models.ForeignKey("spms.Agency", null=True, blank=True, on_delete=models.SET_NULL)
    branch = models.ForeignKey("spms.Branch", null=True, blank=True, on_delete=models.SET_NULL)
    business_area = models.ForeignKey("spms.BusinessArea", null=True, blank=True, on_delete=models.SET_NULL)
    affiliation = models.ForeignKey("spms.Affiliation", null=True, blank=True, on_delete=models.SET_NULL)
    role = models.CharField(max_length=30, null=True, blank=True)


class Profile(Recorded):
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="profile")
    title = models.CharField(max_length=20, null=True, blank=True)


class Contact(Recorded):
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="contact")
    phone = models.CharField(max_length=40, null=True, blank=True)
    fax = models.CharField(max_length=40, null=True, blank=True)


class CaretakerQuery(models.QuerySet):
    def current(self):
        return self.filter(models.Q(end_date__isnull=True) | models.Q(end_date__gt=timezone.now()))


class Caretaker(Recorded):
    """`caretaker` does the work of `user` until the end date."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="caretakers")
    caretaker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="caretaking_for")
    end_date = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(null=True, blank=True)

    objects = CaretakerQuery.as_manager()

    class Meta(Recorded.Meta):
        unique_together = ("user", "caretaker")

from django.db import models

from .common import Recorded, to_user


class Avatar(Recorded):
    user = models.OneToOneField("spms.User", on_delete=models.CASCADE, related_name="avatar")
    file = models.FileField(upload_to="user_avatars")


class ProjectPhoto(Recorded):
    project = models.OneToOneField("spms.Project", on_delete=models.CASCADE, related_name="image")
    file = models.FileField(upload_to="projects")
    uploader = to_user("project_photos")


class AreaPhoto(Recorded):
    business_area = models.OneToOneField("spms.BusinessArea", on_delete=models.CASCADE, related_name="image")
    file = models.FileField(upload_to="business_areas")
    uploader = to_user("business_area_photos")


class AgencyPhoto(Recorded):
    agency = models.OneToOneField("spms.Agency", on_delete=models.CASCADE, related_name="image")
    file = models.FileField(upload_to="agencies")

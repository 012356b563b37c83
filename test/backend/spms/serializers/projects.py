from rest_framework import serializers

from spms.models import Project, ProjectMember, ProjectPhoto

from .agencies import AreaView
from .people import ListedUserView


class PhotoView(serializers.ModelSerializer):
    """A picture. Its address is absolute, made from `Host`, where the request is in the serializer's context."""

    project = serializers.SerializerMethodField()
    uploader = serializers.SerializerMethodField()

    class Meta:
        model = ProjectPhoto
        fields = ("id", "created_at", "updated_at", "file", "project", "uploader")

    def get_project(self, photo):
        return {"id": photo.project.id, "title": photo.project.title}

    def get_uploader(self, photo):
        uploader = photo.uploader
        return {"id": uploader.id, "username": uploader.username} if uploader else None


SHOWN = ("image", "image__uploader", "business_area__image", "business_area__division")
MAIL = "business_area__division__directorate_email_list"


def with_shown(projects):
    """With what the serializers show, in two queries for any number of projects."""
    return projects.select_related(*SHOWN).prefetch_related(MAIL)


class SmallProjectView(serializers.ModelSerializer):
    """`projects/mine`."""

    image = PhotoView(read_only=True)
    business_area = AreaView(read_only=True)

    class Meta:
        model = Project
        fields = ("id", "title", "status", "kind", "year", "number", "business_area", "image")


class FullProjectView(SmallProjectView):
    class Meta:
        model = Project
        fields = "__all__"


class ProjectOfUserView(SmallProjectView):
    """`users/<id>/projects`, with years in place of dates. `role` has been empty for a long time."""

    role = serializers.SerializerMethodField()
    start_date = serializers.SerializerMethodField()
    end_date = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = (
            *("id", "title", "role", "tag", "image", "kind", "created_at", "status", "business_area"),
            *("description", "start_date", "end_date"),
        )

    def get_role(self, project):
        return None

    def get_start_date(self, project):
        return project.start_date.year if project.start_date else None

    def get_end_date(self, project):
        return project.end_date.year if project.end_date else None


class MemberView(serializers.ModelSerializer):
    user = ListedUserView(read_only=True)
    project = SmallProjectView(read_only=True)

    class Meta:
        model = ProjectMember
        fields = (
            *("id", "user", "project", "is_leader", "role", "time_allocation", "position", "comments"),
            "short_code",
        )

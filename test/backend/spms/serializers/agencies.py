from rest_framework import serializers

from spms.models import Affiliation, Agency, Branch, BusinessArea, Division


class BranchView(serializers.ModelSerializer):
    class Meta:
        model = Branch
        fields = ("id", "name", "agency", "manager")


class AffiliationView(serializers.ModelSerializer):
    class Meta:
        model = Affiliation
        fields = ("id", "created_at", "updated_at", "name")


class AgencyView(serializers.ModelSerializer):
    image = serializers.SerializerMethodField()

    class Meta:
        model = Agency
        fields = ("id", "name", "key_stakeholder", "is_active", "image")

    def get_image(self, agency):
        photo = getattr(agency, "image", None)
        return {"id": photo.id, "file": photo.file.url} if photo else None


class DivisionView(serializers.ModelSerializer):
    directorate_email_list = serializers.SerializerMethodField()

    class Meta:
        model = Division
        fields = ("id", "name", "slug", "director", "approver", "directorate_email_list")

    def get_directorate_email_list(self, division):
        return [
            {"id": user.id, "email": user.email, "name": f"{user.display_first_name} {user.display_last_name}"}
            for user in division.directorate_email_list.all()
        ]


class AreaView(serializers.ModelSerializer):
    """A business area as it is embedded in projects and users."""

    image = serializers.SerializerMethodField()
    division = DivisionView(read_only=True)

    class Meta:
        model = BusinessArea
        fields = (
            *("id", "name", "slug", "focus", "division", "introduction", "image", "leader", "caretaker"),
            *("finance_admin", "data_custodian", "is_active"),
        )

    def get_image(self, area):
        photo = getattr(area, "image", None)
        return {"id": photo.id, "file": photo.file.url} if photo else None


class LedAreaView(serializers.ModelSerializer):
    """A business area in the profile of who leads it: it counts the projects."""

    leader = serializers.SerializerMethodField()
    caretaker = serializers.SerializerMethodField()
    image = serializers.SerializerMethodField()
    project_count = serializers.SerializerMethodField()
    division = serializers.SerializerMethodField()

    class Meta:
        model = BusinessArea
        fields = ("id", "name", "leader", "caretaker", "image", "project_count", "division")

    def get_leader(self, area):
        return {"id": area.leader_id} if area.leader_id else None

    def get_caretaker(self, area):
        return {"id": area.caretaker_id} if area.caretaker_id else None

    def get_image(self, area):
        photo = getattr(area, "image", None)
        return photo.file.url if photo else None

    def get_project_count(self, area):
        return area.project_set.count()

    def get_division(self, area):
        division = area.division
        return {"id": division.id, "name": division.name, "slug": division.slug} if division else None


def fields_of(model_class):
    """A serializer of every field, for what is written."""

    class Fields(serializers.ModelSerializer):
        class Meta:
            model = model_class
            fields = "__all__"

    return Fields

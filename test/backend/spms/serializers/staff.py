from rest_framework import serializers

from spms.models import Avatar, EducationEntry, EmploymentEntry, Keyword, StaffProfile

from .people import address_of_avatar, related


class KeywordView(serializers.ModelSerializer):
    class Meta:
        model = Keyword
        fields = "__all__"


class EmploymentView(serializers.ModelSerializer):
    class Meta:
        model = EmploymentEntry
        fields = "__all__"


class EducationView(serializers.ModelSerializer):
    class Meta:
        model = EducationEntry
        fields = "__all__"


class AvatarView(serializers.ModelSerializer):
    user = serializers.SerializerMethodField()

    class Meta:
        model = Avatar
        fields = ("id", "file", "user")

    def get_user(self, avatar):
        return {"id": avatar.user_id}


def person(profile, email):
    user = profile.user
    return {
        "id": user.id,
        "first_name": user.display_first_name,
        "last_name": user.display_last_name,
        "email": email,
    }


def public_email(profile):
    return profile.public_email if profile.public_email_on and profile.public_email else None


def area_name(work):
    area = getattr(work, "business_area", None)
    return {"id": area.id, "name": area.name} if area else None


class DirectoryView(serializers.ModelSerializer):
    """A staff profile in the public directory."""

    user = serializers.SerializerMethodField()
    image = serializers.SerializerMethodField()
    business_area = serializers.SerializerMethodField()

    class Meta:
        model = StaffProfile
        fields = ("id", "user", "image", "business_area", "about", "expertise", "is_hidden")

    def get_user(self, profile):
        return person(profile, profile.user.email)

    def get_image(self, profile):
        return address_of_avatar(profile.user)

    def get_business_area(self, profile):
        return area_name(related(profile.user, "work"))


class HeroView(serializers.ModelSerializer):
    user = serializers.SerializerMethodField()
    avatar = AvatarView(source="user.avatar", read_only=True)
    work = serializers.SerializerMethodField()

    class Meta:
        model = StaffProfile
        fields = ("id", "user", "avatar", "work", "about")

    def get_user(self, profile):
        return person(profile, public_email(profile))

    def get_work(self, profile):
        work = related(profile.user, "work")
        if work is None:
            return None
        is_custom = profile.custom_title_on and profile.custom_title
        return {
            "id": work.id,
            "role": profile.custom_title if is_custom else work.role,
            "business_area": area_name(work),
        }


class OverviewView(serializers.ModelSerializer):
    keywords = KeywordView(source="keyword_tags", many=True, read_only=True)

    class Meta:
        model = StaffProfile
        fields = ("id", "expertise", "keywords")


class CvView(serializers.ModelSerializer):
    employment_entries = EmploymentView(many=True, read_only=True)
    education_entries = EducationView(many=True, read_only=True)

    class Meta:
        model = StaffProfile
        fields = ("id", "employment_entries", "education_entries")


class StaffProfileView(HeroView):
    """All parts together."""

    keywords = KeywordView(source="keyword_tags", many=True, read_only=True)
    employment_entries = EmploymentView(many=True, read_only=True)
    education_entries = EducationView(many=True, read_only=True)

    class Meta:
        model = StaffProfile
        fields = (
            *("id", "user", "avatar", "work", "about", "expertise", "keywords", "employment_entries"),
            *("education_entries", "is_hidden", "custom_title", "custom_title_on", "public_email"),
            "public_email_on",
        )

    def get_user(self, profile):
        return person(profile, public_email(profile) or profile.user.email)

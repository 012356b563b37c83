from rest_framework import serializers

from spms.caretaking import caretakers_of, taken_care_of_by
from spms.models import Profile, User, Work

from .agencies import AffiliationView, AgencyView, AreaView, BranchView, LedAreaView


SHOWN = (
    *("avatar", "staff_profile", "profile", "contact", "work__branch", "work__affiliation"),
    *("work__agency__image", "work__business_area__image", "work__business_area__division"),
)


def with_shown(users):
    """With what the serializers show, in one query."""
    return users.select_related(*SHOWN)


def related(record, name):
    """What belongs to the record one to one, or None."""
    return getattr(record, name, None)


def address_of_avatar(user):
    avatar = related(user, "avatar")
    return avatar.file.url if avatar and avatar.file else None


class ShownByWork(serializers.ModelSerializer):
    """What a user's work says."""

    image = serializers.SerializerMethodField()
    role = serializers.SerializerMethodField()
    branch = serializers.SerializerMethodField()
    business_area = serializers.SerializerMethodField()
    affiliation = serializers.SerializerMethodField()

    def get_image(self, user):
        return address_of_avatar(user)

    def get_role(self, user):
        return getattr(related(user, "work"), "role", None)

    def get_branch(self, user):
        return self._of_work(user, "branch", BranchView)

    def get_business_area(self, user):
        return self._of_work(user, "business_area", AreaView)

    def get_affiliation(self, user):
        return self._of_work(user, "affiliation", AffiliationView)

    def _of_work(self, user, name, view):
        record = getattr(related(user, "work"), name, None)
        return view(record).data if record else None


class UserView(ShownByWork):
    """`users/<id>`: all fields but the password."""

    business_areas_led = serializers.SerializerMethodField()
    caretakers = serializers.SerializerMethodField()
    caretaking_for = serializers.SerializerMethodField()
    about = serializers.SerializerMethodField()
    expertise = serializers.SerializerMethodField()

    class Meta:
        model = User
        exclude = ["password"]

    def get_business_areas_led(self, user):
        return LedAreaView(user.business_areas_led.select_related("image", "division"), many=True).data

    def get_caretakers(self, user):
        return caretakers_of(user)

    def get_caretaking_for(self, user):
        return taken_care_of_by(user)

    def get_about(self, user):
        return getattr(related(user, "staff_profile"), "about", "") or ""

    def get_expertise(self, user):
        return getattr(related(user, "staff_profile"), "expertise", "") or ""


class MeView(UserView):
    """`users/me`: with the profile, the telephone and the settings of the staff profile."""

    title = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    fax = serializers.SerializerMethodField()
    staff_profile_id = serializers.SerializerMethodField()
    staff_profile_hidden = serializers.SerializerMethodField()
    public_email = serializers.SerializerMethodField()
    public_email_on = serializers.SerializerMethodField()
    custom_title = serializers.SerializerMethodField()
    custom_title_on = serializers.SerializerMethodField()
    agency = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            *("id", "username", "email", "display_first_name", "display_last_name", "first_name", "last_name"),
            *("is_superuser", "is_staff", "is_active", "is_aec", "image", "role", "branch", "business_area"),
            *("business_areas_led", "affiliation", "caretakers", "caretaking_for", "date_joined", "about"),
            *("expertise", "title", "phone", "fax", "staff_profile_id", "staff_profile_hidden"),
            *("public_email", "public_email_on", "custom_title", "custom_title_on", "agency"),
        )

    def get_title(self, user):
        return getattr(related(user, "profile"), "title", "") or ""

    def get_phone(self, user):
        return getattr(related(user, "contact"), "phone", "") or ""

    def get_fax(self, user):
        return getattr(related(user, "contact"), "fax", "") or ""

    def get_staff_profile_id(self, user):
        return getattr(related(user, "staff_profile"), "id", None)

    def get_staff_profile_hidden(self, user):
        return getattr(related(user, "staff_profile"), "is_hidden", False)

    def get_public_email(self, user):
        return getattr(related(user, "staff_profile"), "public_email", "") or ""

    def get_public_email_on(self, user):
        return getattr(related(user, "staff_profile"), "public_email_on", False)

    def get_custom_title(self, user):
        return getattr(related(user, "staff_profile"), "custom_title", "") or ""

    def get_custom_title_on(self, user):
        return getattr(related(user, "staff_profile"), "custom_title_on", False)

    def get_agency(self, user):
        return self._of_work(user, "agency", AgencyView)


class ListedUserView(ShownByWork):
    name = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            *("id", "first_name", "last_name", "display_first_name", "display_last_name", "name", "username"),
            *("email", "is_active", "is_staff", "is_superuser", "image", "affiliation", "business_area"),
        )

    def get_name(self, user):
        return f"{user.display_first_name} {user.display_last_name}"


class WorkView(serializers.ModelSerializer):
    business_area = AreaView(read_only=True)
    affiliation = AffiliationView(read_only=True)

    class Meta:
        model = Work
        fields = ("id", "role", "business_area", "affiliation")


class ProfileView(serializers.ModelSerializer):
    user = ListedUserView(read_only=True)
    work = WorkView(source="user.work", read_only=True)
    avatar = serializers.SerializerMethodField()

    class Meta:
        model = Profile
        fields = ("id", "user", "work", "avatar", "title")

    def get_avatar(self, profile):
        return address_of_avatar(profile.user)

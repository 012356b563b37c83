from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import StaffProfile
from spms.paging import page_of
from spms.serializers.agencies import fields_of
from spms.serializers.staff import CvView, DirectoryView, HeroView, OverviewView, StaffProfileView

from .answers import accepted, changed, chosen, created, no_content, validated


SHOWN = ("user", "user__avatar", "user__work__business_area")


class StaffProfiles(APIView):
    """The public directory. It shows hidden profiles too, and says which they are."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    def get(self, request):
        search = request.query_params.get("search", "")
        profiles = StaffProfile.objects.filter(user__last_name__icontains=search).select_related(*SHOWN)
        return Response(page_of(profiles, request, "profiles", lambda page: DirectoryView(page, many=True).data))

    def post(self, request):
        """Makes the caller's own."""
        if StaffProfile.objects.filter(user=request.user).exists():
            raise ValidationError("Profile already exists for this user")
        values = chosen(request.data, "about", "expertise", "is_hidden")
        return created(StaffProfileView(StaffProfile.objects.create(user=request.user, **values)))


class OneStaffProfile(APIView):
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get(self, request, pk):
        return Response(StaffProfileView(get_object_or_404(StaffProfile, pk=pk)).data)

    def put(self, request, pk):
        profile = get_object_or_404(StaffProfile, pk=pk)
        values = validated(fields_of(StaffProfile)(profile, data=request.data, partial=True)).validated_data
        for name in ("keyword_tags", "user"):
            values.pop(name, None)
        return accepted(StaffProfileView(changed(profile, values)))

    def delete(self, request, pk):
        get_object_or_404(StaffProfile, pk=pk).delete()
        return no_content()


class Part(APIView):
    permission_classes = [IsAuthenticatedOrReadOnly]
    view = None

    def get(self, request, pk):
        return Response(self.view(get_object_or_404(StaffProfile, pk=pk)).data)


class Hero(Part):
    view = HeroView


class Overview(Part):
    view = OverviewView


class Cv(Part):
    view = CvView


class ToggleVisibility(APIView):
    def post(self, request, pk):
        profile = get_object_or_404(StaffProfile, pk=pk)
        return Response(StaffProfileView(changed(profile, {"is_hidden": not profile.is_hidden})).data)


class Mine(APIView):
    def get(self, request):
        return Response(StaffProfileView(get_object_or_404(StaffProfile, user=request.user)).data)


class Email(APIView):
    permission_classes = [AllowAny]

    def post(self, request, pk):
        get_object_or_404(StaffProfile, user__pk=pk)
        return Response({"ok": "Email would be sent (dev mode)"})

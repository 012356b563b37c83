"""What a user or an administrator changes about one user."""

from django.shortcuts import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import Avatar, Contact, Profile, User, Work
from spms.serializers.agencies import fields_of
from spms.serializers.people import ProfileView, WorkView, related

from .answers import accepted, changed, chosen, created, no_content, saved, validated

MEMBERSHIP = ("role", "business_area", "affiliation", "branch")


class PersonalInformation(APIView):
    def put(self, request, pk):
        user = get_object_or_404(User, pk=pk)
        changed(user, chosen(request.data, "display_first_name", "display_last_name"))
        profile = related(user, "profile")
        if profile and "title" in request.data:
            changed(profile, chosen(request.data, "title"))
        contact, _ = Contact.objects.get_or_create(user=user)
        changed(contact, chosen(request.data, "phone", "fax"))
        return Response(
            {
                "first_name": user.first_name,
                "last_name": user.last_name,
                "email": user.email,
                "display_first_name": user.display_first_name,
                "display_last_name": user.display_last_name,
                "title": profile.title if profile else None,
                "phone": contact.phone,
                "fax": contact.fax,
            },
            status=202,
        )


class AboutAndPicture(APIView):
    """In spite of its path this changes the staff profile, and with a picture the avatar."""

    def put(self, request, pk):
        user = get_object_or_404(User, pk=pk)
        profile = related(user, "staff_profile")
        if profile is None:
            return Response({"error": "User has no staff profile"}, status=404)
        changed(profile, chosen(request.data, "about", "expertise"))
        if "image" in request.FILES:
            avatar = related(user, "avatar") or Avatar(user=user)
            changed(avatar, {"file": request.FILES["image"]})
        return Response(
            {"title": None, "about": profile.about, "expertise": profile.expertise}, status=202
        )


class Membership(APIView):
    def put(self, request, pk):
        work = related(get_object_or_404(User, pk=pk), "work")
        if work is None:
            return Response({"error": "No work record found"}, status=404)
        values = chosen(request.data, *MEMBERSHIP)
        record = saved(fields_of(Work)(work, data=values, partial=True))
        answer = fields_of(Work)(record).data
        return Response({name: answer[name] for name in MEMBERSHIP}, status=202)


class RemoveAvatar(APIView):
    def post(self, request, pk):
        avatar = related(get_object_or_404(User, pk=pk), "avatar")
        if avatar is None:
            return Response({"error": "No avatar found"}, status=404)
        avatar.delete()
        return Response({"ok": "Avatar removed"}, status=204)

    delete = post


class Works(APIView):
    def post(self, request):
        return created(WorkView(saved(fields_of(Work)(data=request.data))))


class OneWork(APIView):
    def get(self, request, pk):
        return Response(WorkView(get_object_or_404(Work, pk=pk)).data)

    def put(self, request, pk):
        work = get_object_or_404(Work, pk=pk)
        return accepted(WorkView(saved(fields_of(Work)(work, data=request.data, partial=True))))

    def delete(self, request, pk):
        get_object_or_404(Work, pk=pk).delete()
        return no_content()


class OneProfile(APIView):
    def get(self, request, pk):
        return Response(ProfileView(get_object_or_404(Profile, pk=pk)).data)

    def put(self, request, pk):
        profile = get_object_or_404(Profile, pk=pk)
        values = validated(fields_of(Profile)(profile, data=request.data, partial=True)).validated_data
        return accepted(ProfileView(changed(profile, values)))

from django.shortcuts import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import EducationEntry, EmploymentEntry, StaffProfile
from spms.serializers.staff import EducationView, EmploymentView

from .answers import accepted, created, no_content, saved


class Entries(APIView):
    """The number in the path is a staff profile's."""

    model, view = None, None

    def get(self, request, profile):
        return Response(self.view(self.model.objects.filter(public_profile=profile), many=True).data)

    def post(self, request, profile):
        get_object_or_404(StaffProfile, pk=profile)
        values = {**request.data, "public_profile": profile}
        return created(self.view(saved(self.view(data=values))))


class OneEntry(APIView):
    """The number in the path is the entry's own: nothing says whose it is."""

    model, view = None, None

    def put(self, request, pk):
        entry = get_object_or_404(self.model, pk=pk)
        return accepted(self.view(saved(self.view(entry, data=request.data, partial=True))))

    def delete(self, request, pk):
        get_object_or_404(self.model, pk=pk).delete()
        return no_content()


class EmploymentEntries(Entries):
    model, view = EmploymentEntry, EmploymentView


class OneEmploymentEntry(OneEntry):
    model, view = EmploymentEntry, EmploymentView


class EducationEntries(Entries):
    model, view = EducationEntry, EducationView


class OneEducationEntry(OneEntry):
    model, view = EducationEntry, EducationView

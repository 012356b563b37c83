from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import ProjectMember
from spms.serializers.agencies import fields_of
from spms.serializers.projects import MemberView

from .answers import accepted, changed, created, no_content, saved


def member(project, user):
    return get_object_or_404(ProjectMember, project=project, user=user)


class Members(APIView):
    def post(self, request):
        return created(MemberView(saved(fields_of(ProjectMember)(data=request.data))))


class OneMember(APIView):
    def get(self, request, project, user):
        return Response(MemberView(member(project, user)).data)

    def put(self, request, project, user):
        """May move the membership to another project or user."""
        form = fields_of(ProjectMember)(member(project, user), data=request.data, partial=True)
        return accepted(MemberView(saved(form)))

    def delete(self, request, project, user):
        member(project, user).delete()
        return no_content()


class Promote(APIView):
    @transaction.atomic
    def post(self, request):
        project, user = request.data.get("project_id"), request.data.get("user_id")
        if not project or not user:
            return Response({"error": "user_id and project_id are required"}, status=400)
        ProjectMember.objects.filter(project=project, is_leader=True).update(is_leader=False)
        return accepted(MemberView(changed(member(project, user), {"is_leader": True})))


class Team(APIView):
    def get(self, request, pk):
        return Response(MemberView(ProjectMember.objects.filter(project=pk), many=True).data)

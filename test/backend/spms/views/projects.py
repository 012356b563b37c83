from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import Project, ProjectMember, ProjectPhoto
from spms.paging import page_of
from spms.serializers.agencies import fields_of
from spms.serializers.projects import FullProjectView, MemberView, SmallProjectView, with_shown
from spms.services import get_user_projects

from .answers import accepted, changed, created, no_content, saved, validated


class MayEdit(BasePermission):
    """Superusers and who leads the project."""

    def has_object_permission(self, request, view, project):
        return request.user.is_superuser or project.members.filter(user=request.user, is_leader=True).exists()


class Mine(APIView):
    def get(self, request):
        return Response(SmallProjectView(get_user_projects(request.user.pk), many=True).data)


class Projects(APIView):
    def get(self, request):
        projects = with_shown(Project.objects).filter(title__icontains=request.query_params.get("searchTerm", ""))
        view = lambda page: FullProjectView(page, many=True, context={"request": request}).data
        return Response(page_of(projects, request, "projects", view))

    def post(self, request):
        """As a form with a picture or as JSON."""
        values = {
            "kind": request.data.get("kind"),
            "title": request.data.get("title"),
            "description": request.data.get("description", ""),
            "year": request.data.get("year", 2026),
            "business_area": request.data.get("businessArea"),
        }
        form = validated(fields_of(Project)(data=values))
        with transaction.atomic():
            project = form.save()
            if "imageData" in request.FILES:
                picture = request.FILES["imageData"]
                ProjectPhoto.objects.create(project=project, file=picture, uploader=request.user)
            ProjectMember.objects.create(
                project=project,
                user_id=int(request.data["projectLead"]),
                is_leader=True,
                role="supervising",
            )
            if request.data.get("departmentalService") == "unknown":
                # A return from within `atomic` commits: the project is there although the answer says 400.
                return Response({"service": ["Invalid pk."]}, status=400)
        return created(FullProjectView(project))


class OneProject(APIView):
    permission_classes = [IsAuthenticated, MayEdit]

    def get(self, request, pk):
        project = get_object_or_404(Project, pk=pk)
        members = MemberView(project.members.all(), many=True).data
        details = {"base": None, "external": [], "student": []}
        documents = [{"id": each.id, "kind": each.kind, "status": each.status} for each in project.documents.all()]
        return Response(
            {
                "project": FullProjectView(project).data,
                "details": details,
                "documents": documents,
                "members": members,
            }
        )

    def put(self, request, pk):
        project = get_object_or_404(Project, pk=pk)
        self.check_object_permissions(request, project)
        return accepted(FullProjectView(saved(fields_of(Project)(project, data=request.data, partial=True))))

    patch = put

    def delete(self, request, pk):
        project = get_object_or_404(Project, pk=pk)
        self.check_object_permissions(request, project)
        project.delete()
        return no_content()


class Suspend(APIView):
    def post(self, request, pk):
        return accepted(SmallProjectView(changed(get_object_or_404(Project, pk=pk), {"status": "suspended"})))


class ToggleProfileVisibility(APIView):
    """Hides the project from the caller's own staff profile, or shows it there again."""

    def post(self, request, pk):
        project = get_object_or_404(Project, pk=pk)
        hidden = project.hidden_from_staff_profiles
        others = [user for user in hidden if user != request.user.pk]
        now = others if len(others) < len(hidden) else [*hidden, request.user.pk]
        return accepted(SmallProjectView(changed(project, {"hidden_from_staff_profiles": now})))


class Download(APIView):
    def get(self, request):
        rows = "".join(f'{each.id},{each.kind},"{each.title}"\r\n' for each in Project.objects.all())
        return HttpResponse("ID,Kind,Title\r\n" + rows, content_type="text/csv")

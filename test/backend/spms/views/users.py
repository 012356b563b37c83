from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.permissions import IsAdminUser, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import Project, User
from spms.paging import page_of
from spms.serializers.people import ListedUserView, MeView, UserView, with_shown
from spms.serializers.projects import ProjectOfUserView
from spms.serializers.projects import with_shown as with_shown_of_projects
from spms.services import get_user

from .answers import accepted, changed, created, no_content, validated


class Me(APIView):
    def get(self, request):
        return Response(MeView(with_shown(User.objects).get(pk=request.user.pk)).data)


class Users(APIView):
    def get(self, request):
        users = User.objects.filter(last_name__icontains=request.query_params.get("search", ""))
        return Response(page_of(users, request, "users", lambda page: ListedUserView(page, many=True).data))

    def post(self, request):
        values = validated(UserView(data=request.data)).validated_data
        values.pop("groups", None)
        values.pop("user_permissions", None)
        return created(UserView(User.objects.create_user(**values)))


class OneUser(APIView):
    def get(self, request, pk):
        try:
            return Response(UserView(get_user(pk)).data)
        except User.DoesNotExist as error:
            raise Http404 from error

    def put(self, request, pk):
        user = get_object_or_404(User, pk=pk)
        values = validated(UserView(user, data=request.data, partial=True)).validated_data
        return accepted(UserView(changed(user, values)))

    def delete(self, request, pk):
        get_object_or_404(User, pk=pk).delete()
        return no_content()


class ToggleActive(APIView):
    permission_classes = [IsAdminUser]

    def post(self, request, pk):
        user = get_object_or_404(User, pk=pk)
        return Response(UserView(changed(user, {"is_active": not user.is_active})).data)


class ToggleAdmin(APIView):
    permission_classes = [IsAdminUser]

    def post(self, request, pk):
        user = get_object_or_404(User, pk=pk)
        return Response(UserView(changed(user, {"is_superuser": not user.is_superuser})).data)


class ProjectsOfUser(APIView):
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get(self, request, pk):
        projects = with_shown_of_projects(self.projects(pk))
        return Response(ProjectOfUserView(projects, many=True, context={"request": request}).data)

    def projects(self, pk):
        return Project.objects.filter(members__user=pk)


class ProjectsOfStaffProfile(ProjectsOfUser):
    """But those that the person hides there."""

    def projects(self, pk):
        return super().projects(pk).exclude(hidden_from_staff_profiles__contains=[pk])

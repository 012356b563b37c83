"""What administrators do: approve requests, name caretakers, merge users, move documents on."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework.permissions import IsAdminUser
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import AdminTask, Caretaker, Comment, Contact, Document, ProjectMember, User
from spms.serializers.agencies import fields_of

from .answers import accepted, changed, created, no_content, saved


class Tasks(APIView):
    def get(self, request):
        return Response(fields_of(AdminTask)(AdminTask.objects.filter(status="pending"), many=True).data)

    def post(self, request):
        values = {**request.data, "requester": request.user.pk}
        task = saved(fields_of(AdminTask)(data=values))
        if task.project and task.action == "deleteproject":
            changed(task.project, {"deletion_requested": True})
        return created(fields_of(AdminTask)(task))


class Approve(APIView):
    permission_classes = [IsAdminUser]

    @transaction.atomic
    def post(self, request, pk):
        task = get_object_or_404(AdminTask, pk=pk)
        if task.action == "deleteproject":
            task.project.delete()
            task.project = None
        elif task.action == "mergeuser":
            for user in User.objects.filter(pk__in=task.secondary_users):
                merge(user, task.primary_user)
        else:
            Caretaker.objects.create(user=task.primary_user, caretaker_id=task.secondary_users[0])
        changed(task, {"status": "fulfilled"})
        return Response(status=202)


class PendingRequest(APIView):
    """A read in the form of a POST."""

    def post(self, request, pk):
        waiting = AdminTask.objects.filter(action="setcaretaker", primary_user=pk, status="pending")
        return Response({"has_request": waiting.exists()})


def merge(user, into):
    for member in user.memberships.all():
        if ProjectMember.objects.filter(project=member.project, user=into).exists():
            member.delete()
        else:
            changed(member, {"user": into})
    Comment.objects.filter(user=user).update(user=into)
    user.delete()


class MergeUsers(APIView):
    permission_classes = [IsAdminUser]

    @transaction.atomic
    def post(self, request):
        into = get_object_or_404(User, pk=request.data["primaryUser"])
        for user in User.objects.filter(pk__in=request.data["secondaryUsers"]):
            merge(user, into)
        return Response({"ok": "Merged"})


class SetCaretaker(APIView):
    permission_classes = [IsAdminUser]

    def post(self, request):
        entry = Caretaker.objects.create(
            user_id=request.data["userPk"], caretaker_id=request.data["caretakerPk"]
        )
        return created(fields_of(Caretaker)(entry))


class OneCaretaker(APIView):
    def put(self, request, pk):
        entry = get_object_or_404(Caretaker, pk=pk)
        view = fields_of(Caretaker)
        return accepted(view(saved(view(entry, data=request.data, partial=True))))

    def delete(self, request, pk):
        get_object_or_404(Caretaker, pk=pk).delete()
        return no_content()


class OneContact(APIView):
    def put(self, request, pk):
        contact = get_object_or_404(Contact, pk=pk)
        return accepted(fields_of(Contact)(saved(fields_of(Contact)(contact, data=request.data, partial=True))))


class Documents(APIView):
    """A new closure asks for the closing of its project."""

    @transaction.atomic
    def post(self, request):
        document = saved(fields_of(Document)(data=request.data))
        changed(document.project, {"status": "closure_requested"})
        return created(fields_of(Document)(document))


class ApproveDocument(APIView):
    @transaction.atomic
    def post(self, request):
        document = get_object_or_404(Document, pk=request.data["documentPk"])
        changed(document, {"status": "approved"})
        project = changed(document.project, {"status": "active"})
        answer = {**fields_of(Document)(document).data, "project": {"id": project.pk, "title": project.title}}
        return Response(answer, status=202)


class Comments(APIView):
    def post(self, request):
        return created(fields_of(Comment)(saved(fields_of(Comment)(data=request.data))))


class Unchanged(APIView):
    """Mail, reads in the form of a POST, and files that no stored read shows."""

    def post(self, request, **numbers):
        return Response({"ok": "True", **numbers})

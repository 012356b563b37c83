"""What pages of the frontend read beside the reads that are cached."""

from django.db.models import Q
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import AdminTask, Affiliation, BusinessArea, Caretaker, Document, Project, StaffProfile
from spms.paging import page_of
from spms.serializers.agencies import AffiliationView, AreaView, fields_of


class Areas(APIView):
    def get(self, request):
        return Response(AreaView(BusinessArea.objects.select_related("division", "image"), many=True).data)


class MyAreas(APIView):
    def get(self, request):
        return Response(AreaView(BusinessArea.objects.filter(leader=request.user), many=True).data)


class Affiliations(APIView):
    def get(self, request):
        return Response(
            page_of(Affiliation.objects.all(), request, "affiliations", lambda page: AffiliationView(page, many=True).data)
        )


class PendingMyAction(APIView):
    """Documents that wait for the caller, as a member of the team or as a leader."""

    def get(self, request):
        waiting = Document.objects.filter(project__members__user=request.user, status="new").distinct()
        ids = [each.pk for each in waiting.filter(project__members__is_leader=True)]
        return Response({"all": fields_of(Document)(waiting, many=True).data, "team": [], "lead": ids})


class CaretakerTasks(APIView):
    def get(self, request, pk):
        others = Caretaker.objects.current().filter(caretaker=pk).values("user")
        waiting = Document.objects.filter(project__members__user__in=others, status="new").distinct()
        return Response({"all": fields_of(Document)(waiting, many=True).data})


class CaretakerRequests(APIView):
    def get(self, request):
        about = request.query_params.get("user_id", 0)
        requests = AdminTask.objects.filter(action="setcaretaker", status="pending", primary_user=about)
        return Response(fields_of(AdminTask)(requests, many=True).data)


class CaretakerCheck(APIView):
    def get(self, request):
        entries = Caretaker.objects.current().filter(Q(user=request.user) | Q(caretaker=request.user))
        return Response({"caretaker_object": fields_of(Caretaker)(entries, many=True).data})


class Locations(APIView):
    def get(self, request):
        return Response([{"id": number, "name": f"District {number}"} for number in range(1, 61)])


class Years(APIView):
    def get(self, request):
        return Response(sorted(Project.objects.order_by().values_list("year", flat=True).distinct()))


class StaffProfileOf(APIView):
    """Which staff profile is the user's."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    def get(self, request, pk):
        return Response([{"id": each.pk, "user": pk} for each in StaffProfile.objects.filter(user=pk)])

from django.shortcuts import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from spms.models import Affiliation, Agency, Branch, BusinessArea, Division, Work
from spms.paging import page_of
from spms.serializers.agencies import AffiliationView, AgencyView, AreaView, BranchView, DivisionView, fields_of
from spms.services import list_branches

from .answers import accepted, changed, created, no_content, saved


class Branches(APIView):
    def get(self, request):
        term = request.query_params.get("searchTerm")
        if not term:
            return Response(BranchView(list_branches(), many=True).data)
        found = Branch.objects.filter(name__icontains=term).order_by("name")
        return Response(page_of(found, request, "branches", lambda page: BranchView(page, many=True).data))

    def post(self, request):
        return created(BranchView(saved(fields_of(Branch)(data=request.data))))


class OneRecord(APIView):
    """A record of the agency that is read, changed and deleted by its number."""

    model, view = None, None

    def get(self, request, pk):
        return Response(self.view(get_object_or_404(self.model, pk=pk)).data)

    def put(self, request, pk):
        record = get_object_or_404(self.model, pk=pk)
        return accepted(self.view(saved(fields_of(self.model)(record, data=request.data, partial=True))))

    def delete(self, request, pk):
        get_object_or_404(self.model, pk=pk).delete()
        return no_content()


class OneBranch(OneRecord):
    model, view = Branch, BranchView


class OneArea(OneRecord):
    model, view = BusinessArea, AreaView


class OneDivision(OneRecord):
    model, view = Division, DivisionView


class OneAffiliation(OneRecord):
    model, view = Affiliation, AffiliationView


class OneAgency(OneRecord):
    model, view = Agency, AgencyView


class SetAreaActive(APIView):
    def put(self, request, pk):
        area = get_object_or_404(BusinessArea, pk=pk)
        return accepted(AreaView(changed(area, {"is_active": not area.is_active})))


class EmailList(APIView):
    """Replaces whom the mail of a division goes to."""

    def post(self, request, pk):
        division = get_object_or_404(Division, pk=pk)
        division.directorate_email_list.set(request.data["users_list"])
        return Response(DivisionView(division).data)


class MergeAffiliations(APIView):
    def post(self, request):
        kept = get_object_or_404(Affiliation, pk=request.data["primary"])
        others = Affiliation.objects.filter(pk__in=request.data["secondary"])
        Work.objects.filter(affiliation__in=others).update(affiliation=kept)
        others.delete()
        return Response({"message": "Merged"})


class AreaProblems(APIView):
    """A read in the form of a POST."""

    def post(self, request):
        return Response({str(area): [] for area in request.data.get("baArray", [])})

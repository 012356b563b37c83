from django.shortcuts import get_object_or_404
from rest_framework.views import APIView

from spms.models import AgencyPhoto, AreaPhoto, Avatar, ProjectPhoto
from spms.serializers.agencies import fields_of

from .answers import accepted, changed, chosen, created, no_content, saved


class Pictures(APIView):
    model = None

    def post(self, request):
        view = fields_of(self.model)
        return created(view(saved(view(data=request.data))))


class OnePicture(APIView):
    model = None

    def put(self, request, pk):
        picture = get_object_or_404(self.model, pk=pk)
        return accepted(fields_of(self.model)(changed(picture, chosen(request.data, "file"))))

    def delete(self, request, pk):
        get_object_or_404(self.model, pk=pk).delete()
        return no_content()


class Avatars(Pictures):
    model = Avatar


class OneAvatar(OnePicture):
    model = Avatar


class ProjectPhotos(Pictures):
    model = ProjectPhoto


class OneProjectPhoto(OnePicture):
    model = ProjectPhoto


class OneAreaPhoto(OnePicture):
    model = AreaPhoto


class OneAgencyPhoto(OnePicture):
    model = AgencyPhoto

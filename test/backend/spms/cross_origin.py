from django.utils.cache import patch_vary_headers


class VaryOnOrigin:
    """Every answer says that it depends on `Origin`, as django-cors-headers does."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ("origin",))
        return response

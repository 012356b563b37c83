from django.contrib.auth import login
from django.db import transaction
from django.db.models import Q

from spms.models import Agency, Contact, Profile, StaffProfile, User, Work


class SingleSignOn:
    """
    Signs in who comes with `Remote-User`, on the first request, and makes the user where there is none. With all
    four headers the user of that address is the caller, whatever the session says.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        username = request.headers.get("Remote-User")
        if not username:
            return self.get_response(request)
        email = request.headers.get("X-Email")
        first_name = request.headers.get("X-First-Name")
        last_name = request.headers.get("X-Last-Name")
        if not request.user.is_authenticated:
            user = User.objects.filter(Q(email__iexact=email) | Q(username__iexact=username)).first()
            user = user or _new_user(username, email, first_name, last_name)
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        if username and email and first_name and last_name:
            user = User.objects.filter(username=email).first()
            if user:
                request.user = user
                user.save(update_fields=["last_login"])
        return self.get_response(request)


@transaction.atomic
def _new_user(username, email, first_name, last_name):
    user = User.objects.create_user(
        username, email, first_name=first_name, last_name=last_name, is_staff=True
    )
    Work.objects.create(user=user, agency=Agency.objects.first())
    Profile.objects.create(user=user)
    Contact.objects.create(user=user)
    StaffProfile.objects.create(user=user, is_hidden=True)
    return user

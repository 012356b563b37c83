"""The three services that the caching strategy caches, as its document has them. Views ask these."""

from django.conf import settings
from django.core.cache import cache

from spms.models import Branch, Project, User
from spms.serializers.people import with_shown as with_shown_of_users
from spms.serializers.projects import with_shown as with_shown_of_projects


def get_user_projects(user_id):
    return _cached("user_projects", {"user_id": user_id}, lambda: _projects_of(user_id))


def get_user(user_id):
    """Raises User.DoesNotExist, which is not cached."""
    return _cached("user_profile", {"user_id": user_id}, lambda: _user(user_id))


def list_branches():
    return _cached("agency_branches", {}, lambda: list(Branch.objects.all()))


def _projects_of(user_id):
    return list(with_shown_of_projects(Project.objects.filter(members__user_id=user_id)))


def _user(user_id):
    return with_shown_of_users(User.objects).get(pk=user_id)


def _cached(name, values, ask):
    if settings.SERVICES_CACHE == "none":
        return ask()
    key = settings.CACHE_KEYS[name].format(**values)
    found = cache.get(key)
    if found is not None:
        return found
    found = ask()
    cache.set(key, found, timeout=settings.CACHE_TTL[name])
    return found

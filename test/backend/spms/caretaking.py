"""Who does whose work, several steps deep, as profiles show it."""

from spms.models import Caretaker

DEPTH = 5


def caretakers_of(user, path=()):
    if len(path) >= DEPTH or user.pk in path:
        return []
    further = (*path, user.pk)
    current = Caretaker.objects.current().filter(user=user).select_related("caretaker__avatar")
    return [
        {**_shown(entry.caretaker), "caretakers": caretakers_of(entry.caretaker, further)}
        for entry in current
        if entry.caretaker_id not in further
    ]


def taken_care_of_by(user, path=()):
    if len(path) >= DEPTH or user.pk in path:
        return []
    further = (*path, user.pk)
    current = Caretaker.objects.current().filter(caretaker=user).select_related("user__avatar")
    return [
        {
            **_shown(entry.user),
            "caretaking_for": taken_care_of_by(entry.user, further),
            "caretakers": caretakers_of(entry.user),
        }
        for entry in current
        if entry.user_id not in further
    ]


def _shown(user):
    own = user.caretakers.first()
    avatar = getattr(user, "avatar", None)
    return {
        "id": user.pk,
        "caretaker_obj_id": own.pk if own else None,
        "display_first_name": user.display_first_name,
        "display_last_name": user.display_last_name,
        "is_superuser": user.is_superuser,
        "email": user.email,
        "image": avatar.file.url if avatar and avatar.file else None,
        "end_date": own.end_date if own else None,
    }

"""Random changes of what the cached reads show, each in one of the ways in which a program of the backend writes.

Nobody is deleted or deactivated whom the tests sign in as, and no password changes: their sessions go on.
"""

from collections.abc import Callable
from random import Random

from django.db import connection, transaction

from spms.models import (
    Affiliation,
    Agency,
    Avatar,
    Branch,
    BusinessArea,
    Caretaker,
    Contact,
    Division,
    EducationEntry,
    EmploymentEntry,
    Keyword,
    Profile,
    Project,
    ProjectMember,
    ProjectPhoto,
    StaffProfile,
    User,
    Work,
)

# Those whom the reads are about come up often.
PEOPLE = [2, 4, 6, 9, 11, 12, 16]
PROFILES = [11, 13, 15, 18]

# What changes by its text alone.
TEXTS = [
    (Branch, "name"),
    (User, "display_first_name"),
    (User, "display_last_name"),
    (User, "email"),
    (Project, "title"),
    (Project, "description"),
    (Project, "status"),
    (StaffProfile, "about"),
    (StaffProfile, "expertise"),
    (Work, "role"),
    (Profile, "title"),
    (Contact, "phone"),
    (Affiliation, "name"),
    (Agency, "name"),
    (BusinessArea, "name"),
    (BusinessArea, "focus"),
    (Division, "name"),
    (Keyword, "name"),
    (EmploymentEntry, "employer"),
    (EducationEntry, "institution"),
    (Avatar, "file"),
    (ProjectPhoto, "file"),
]


def write(way: str, seed: int) -> str:
    """Writes and commits. Returns what was changed, in a few words."""
    return WAYS[way](Random(seed), f"x{seed}")


def by_orm(random: Random, mark: str) -> str:
    """`save`, `delete`, `create`, and the sets of many-to-many fields, each on one record."""
    return random.choice([save, save, join_or_leave, hire_caretaker, set_keywords, set_mail, work_elsewhere, lead, add_entry])(
        random, mark
    )


def save(random: Random, mark: str) -> str:
    model, field = random.choice(TEXTS)
    record = some(random, model)
    setattr(record, field, text_of(model, field, mark, record.pk))
    record.save()
    return f"{model.__name__} {record.pk} {field}"


def join_or_leave(random: Random, mark: str) -> str:
    project, person = random.randint(1, 120), random.choice(PEOPLE)
    member = ProjectMember.objects.filter(project_id=project, user_id=person).first()
    if member:
        member.delete()
        return f"user {person} leaves project {project}"
    ProjectMember.objects.create(project_id=project, user_id=person, role="research")
    return f"user {person} joins project {project}"


def hire_caretaker(random: Random, mark: str) -> str:
    user, caretaker = random.sample(PEOPLE, 2)
    entry = Caretaker.objects.filter(user_id=user, caretaker_id=caretaker).first()
    if entry:
        entry.delete()
        return f"caretaker {caretaker} of {user} goes"
    Caretaker.objects.create(user_id=user, caretaker_id=caretaker)
    return f"caretaker {caretaker} of {user} comes"


def set_keywords(random: Random, mark: str) -> str:
    profile = random.choice(PROFILES)
    names = random.sample(list(Keyword.objects.values_list("pk", flat=True)), random.randint(0, 3))
    StaffProfile.objects.get(pk=profile).keyword_tags.set(names)
    return f"keywords of staff profile {profile}"


def set_mail(random: Random, mark: str) -> str:
    Division.objects.get(pk=1).directorate_email_list.set(random.sample(PEOPLE, random.randint(1, 3)))
    return "mailing list of division 1"


def work_elsewhere(random: Random, mark: str) -> str:
    work = Work.objects.get(user_id=random.choice(PEOPLE))
    work.business_area_id, work.branch_id = random.randint(1, 6), random.randint(1, 12)
    work.save()
    return f"work of user {work.user_id}"


def lead(random: Random, mark: str) -> str:
    area = some(random, BusinessArea)
    area.leader_id = random.choice(PEOPLE)
    area.save()
    return f"leader of area {area.pk}"


def add_entry(random: Random, mark: str) -> str:
    profile = random.choice(PROFILES)
    EmploymentEntry.objects.create(
        public_profile_id=profile, position_title=mark, start_year=2000, employer="Sample"
    )
    # So that they do not become many.
    EmploymentEntry.objects.filter(public_profile=profile).order_by("pk").first().delete()
    return f"employment of staff profile {profile}"


def by_bulk(random: Random, mark: str) -> str:
    """`bulk_update`, or `bulk_create` that may meet records which are there."""
    if random.random() < 0.3:
        project = random.randint(1, 120)
        members = [ProjectMember(project_id=project, user_id=person, role=mark) for person in PEOPLE[:3]]
        ProjectMember.objects.bulk_create(
            members, update_conflicts=True, unique_fields=["project", "user"], update_fields=["role"]
        )
        return f"bulk_create of members of project {project}"
    model, field = random.choice(TEXTS)
    records = list(model.objects.order_by("pk"))[: random.randint(1, 20)]
    for record in records:
        setattr(record, field, text_of(model, field, mark, record.pk))
    model.objects.bulk_update(records, [field])
    return f"bulk_update of {len(records)} {model.__name__} {field}"


def by_update(random: Random, mark: str) -> str:
    """`update()` and `delete()` of a query set."""
    if random.random() < 0.2:
        project = random.randint(1, 120)
        ProjectMember.objects.filter(project=project, user__in=PEOPLE, is_leader=False).delete()
        return f"delete of members of project {project}"
    model, field = random.choice(TEXTS)
    record = some(random, model)
    model.objects.filter(pk=record.pk).update(**{field: text_of(model, field, mark, record.pk)})
    return f"update of {model.__name__} {record.pk} {field}"


def by_cursor(random: Random, mark: str) -> str:
    """SQL by Django's cursor, now and then several statements in a transaction with a savepoint that is rolled back."""
    model, field = random.choice(TEXTS)
    first, other = some(random, model), some(random, model)
    with transaction.atomic(), connection.cursor() as cursor:
        _execute_update(cursor, first, field, mark)
        try:
            with transaction.atomic():
                _execute_update(cursor, other, field, f"{mark}never")
                raise _RolledBackError
        except _RolledBackError:
            pass
    return f"SQL on {model.__name__} {first.pk} {field}"


class _RolledBackError(Exception):
    pass


def _execute_update(cursor, record, field: str, mark: str) -> None:
    table, column = record._meta.db_table, record._meta.get_field(field).column
    value = text_of(type(record), field, mark, record.pk)
    cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', [value, record.pk])


def some(random: Random, model):
    """A record; of people and what is theirs, one of those whom the reads are about."""
    records = model.objects.order_by("pk")
    if model is User:
        return records.get(pk=random.choice(PEOPLE))
    if model is StaffProfile:
        return records.get(pk=random.choice(PROFILES))
    if model in (Work, Profile, Contact):
        return records.get(user_id=random.choice(PEOPLE))
    return records[random.randrange(records.count())]


def text_of(model, field: str, mark: str, pk: int) -> str:
    """Within the length of the field, and unique where it must be."""
    text = f"{mark}.{pk}"
    return f"{text}@sample.test" if field == "email" else text


WAYS: dict[str, Callable[[Random, str], str]] = {
    "orm": by_orm,
    "bulk": by_bulk,
    "update": by_update,
    "cursor": by_cursor,
}

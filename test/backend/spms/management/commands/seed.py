from datetime import date

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand

from spms import models as m

USERS, PROJECTS = 60, 120
PASSWORD = "sample"
AREAS = ("Ecology", "Marine Science", "Fire Science", "Herbarium", "Animal Science", "Remote Sensing")
FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hal", "Ida", "Jon")
LAST = ("Ash", "Brook", "Crane", "Dune", "Elm", "Fern", "Grove", "Heath", "Isle", "Jarrah")
STATUS = ("new", "pending", "active", "active", "updating", "completed")
KIND = ("science", "science", "student", "external", "core_function")


class Command(BaseCommand):
    """
    60 users and 120 projects, the same each time. User 1 is a superuser; every tenth user is from outside, without a
    staff profile. A staff profile has another number than its user, and so have work and profile.
    """

    def handle(self, *args, **options):
        agency = m.Agency.objects.create(name="Sample Department")
        m.AgencyPhoto.objects.create(agency=agency, file="agencies/1.jpg")
        m.User.objects.bulk_create(user(number) for number in range(1, USERS + 1))
        people = list(m.User.objects.order_by("id"))
        affiliations = [m.Affiliation.objects.create(name=f"University {n}") for n in range(1, 4)]
        branches = [
            m.Branch.objects.create(agency=agency, name=f"{LAST[n % 10]} Branch {n}", manager=people[n])
            for n in range(12)
        ]
        division = m.Division.objects.create(
            name="Conservation Science", slug="CS", director=people[0], approver=people[1]
        )
        division.directorate_email_list.set([people[1], people[5]])
        areas = [area(number, agency, division, people) for number in range(1, len(AREAS) + 1)]
        keywords = [m.Keyword.objects.create(name=name) for name in ("fungi", "quokkas", "orchids")]
        for person in [*people[50:], *people[:50]]:
            works_at(person, agency, branches, areas, affiliations, keywords)
        m.Caretaker.objects.create(user=people[1], caretaker=people[5])
        m.Caretaker.objects.create(user=people[5], caretaker=people[3])
        for number in range(1, PROJECTS + 1):
            project(number, areas, people)


def user(number):
    first, last = FIRST[number % 10], LAST[number // 10]
    email = f"{first}.{last}{number}@sample.test".lower()
    return m.User(
        username=email,
        email=email,
        # Of a shorter salt Django makes a longer one at the next log-in, which ends the user's other sessions.
        password=make_password(PASSWORD, salt=f"{number:022}"),
        first_name=first,
        last_name=last,
        display_first_name=first,
        display_last_name=last,
        is_superuser=number == 1,
        is_staff=number % 10 != 0,
    )


def area(number, agency, division, people):
    record = m.BusinessArea.objects.create(
        agency=agency,
        name=AREAS[number - 1],
        slug=AREAS[number - 1].lower().replace(" ", "-"),
        division=division,
        leader=people[number],
        caretaker=people[number + 10],
        finance_admin=people[0],
        data_custodian=people[0],
        focus=f"What {AREAS[number - 1]} is about. " * 10,
        introduction="<p>Long introductions stand here.</p>" * 5,
    )
    m.AreaPhoto.objects.create(business_area=record, file=f"business_areas/{number}.jpg", uploader=people[0])
    return record


def works_at(person, agency, branches, areas, affiliations, keywords):
    number = person.pk
    m.Work.objects.create(
        user=person,
        agency=agency,
        branch=branches[number % 12],
        business_area=areas[number % 6],
        affiliation=None if person.is_staff else affiliations[number % 3],
        role="Research Scientist" if number % 2 else "Technical Officer",
    )
    m.Profile.objects.create(user=person, title="dr" if number % 3 else "ms")
    m.Contact.objects.create(user=person, phone=f"08 9000 {1000 + number}")
    if number % 4:
        m.Avatar.objects.create(user=person, file=f"user_avatars/{number}.jpg")
    if not person.is_staff:
        return
    profile = m.StaffProfile.objects.create(
        user=person,
        is_hidden=number % 12 == 7,
        about=f"<p>{person.first_name} studies plants and animals.</p>" * 4,
        expertise="<p>Surveys and statistics</p>",
    )
    profile.keyword_tags.set(keywords[: number % 3])
    m.EmploymentEntry.objects.create(
        public_profile=profile, position_title="Scientist", employer="Sample Department", start_year=2001
    )
    m.EducationEntry.objects.create(
        public_profile=profile, qualification_name="BSc", institution="Sample", location="Perth", end_year=1999
    )


def project(number, areas, people):
    year = 2012 + number % 13
    record = m.Project.objects.create(
        kind=KIND[number % 5],
        status=STATUS[number % 6],
        year=year,
        number=number,
        title=f"<p>{LAST[number % 10]} study {number}</p>",
        description="<p>What is studied, where, and how.</p>" * 8,
        tagline="A sample",
        start_date=date(year, 2, 1),
        end_date=date(year + 3, 6, 30),
        business_area=areas[number % 6],
    )
    if number % 5:
        # Of most who leads the project, of the others one of a few.
        uploader = people[number % 7] if number % 4 == 0 else people[number % 60]
        m.ProjectPhoto.objects.create(project=record, file=f"projects/{number}.jpg", uploader=uploader)
    m.Document.objects.create(project=record, kind="conceptplan")
    # Each leads two; the first twenty are in many.
    team = dict.fromkeys([number % 60, number * 7 % 60, number * 3 % 20, (number + 4) % 20])
    for position, at in enumerate(team):
        m.ProjectMember.objects.create(
            project=record,
            user=people[at],
            is_leader=position == 0,
            role="supervising" if position == 0 else "research",
            position=position + 1,
        )

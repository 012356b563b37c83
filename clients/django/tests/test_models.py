"""
Model instances, which is what services cache: with their relations, and without a query when they
are read.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Count, Prefetch
from django.test.utils import CaptureQueriesContext

from spms_cache_django.serializers import Unreadable, Unwritable
from spms_cache_django.serializers.json_serializer import TAGGED, JSONSerializer
from tests.project.models import Detail, Member, Person, Project

json = JSONSerializer()


@pytest.fixture(autouse=True)
def project(tables: None) -> Iterator[Project]:
    ann = Person.objects.create(name="Ann", born=datetime.date(1990, 1, 2), image="a.png")
    bob = Person.objects.create(name="Bob")
    made = Project.objects.create(title="One", owner=ann, facts={"a": [1, None]})
    made.watchers.set([ann, bob])
    for role, person in (("lead", ann), ("staff", bob)):
        Member.objects.create(project=made, person=person, role=role)
    Detail.objects.create(project=made, text="long")
    yield made
    Person.objects.all().delete()
    Project.objects.all().delete()


def kept(value: object) -> Any:
    """The value as it comes back from the cache, and no query is sent for it."""
    with CaptureQueriesContext(connection) as queries:
        media_type, body = json.dumps(value)
        found = json.loads(media_type, body)
    assert len(queries) == 0
    assert media_type == TAGGED
    return found


def fields_of(instance: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.fields}


def test_an_instance_has_its_fields_and_its_state() -> None:
    project = Project.objects.get()
    found = kept([project])[0]
    assert type(found) is Project
    assert found == project
    assert fields_of(found) == fields_of(project)
    assert type(found.budget) is Decimal
    assert (found._state.db, found._state.adding) == ("default", False)
    found.title = "Two"
    found.save()
    assert Project.objects.get().title == "Two"


def test_a_new_instance_is_inserted_when_it_is_saved() -> None:
    kept(Person(name="New")).save()
    assert Person.objects.filter(name="New").count() == 1


def test_select_related_comes_back_without_a_query() -> None:
    found = kept(Project.objects.select_related("owner", "detail").get())
    with CaptureQueriesContext(connection) as queries:
        assert found.owner.name == "Ann"
        assert found.owner.born == datetime.date(1990, 1, 2)
        assert found.owner.image.name == "a.png"
        assert found.detail.text == "long"
        assert found.detail.project is found
    assert len(queries) == 0


def test_prefetch_related_comes_back_without_a_query_and_in_circles() -> None:
    everything = Project.objects.prefetch_related("members__person", "watchers")
    found = kept(list(everything))[0]
    with CaptureQueriesContext(connection) as queries:
        assert [member.person.name for member in found.members.all()] == ["Ann", "Bob"]
        assert found.members.all()[0].project is found
        assert len(found.watchers.all()) == 2
    assert len(queries) == 0
    # What the manager does beyond the list is a query, as it was.
    assert found.members.filter(role="lead").count() == 1
    assert [person.name for person in found.watchers.order_by("-name")] == ["Bob", "Ann"]


def test_a_backward_relation_without_a_name_of_its_own_comes_back() -> None:
    found = kept(list(Person.objects.prefetch_related("project_set", "member_set")))
    with CaptureQueriesContext(connection) as queries:
        assert [len(person.project_set.all()) for person in found] == [1, 1]
        assert [len(person.member_set.all()) for person in found] == [1, 1]
    assert len(queries) == 0


def test_lists_and_annotations_of_a_query_come_back() -> None:
    leads = Prefetch("members", Member.objects.filter(role="lead"), to_attr="leads")
    found = kept(Project.objects.annotate(size=Count("members")).prefetch_related(leads).get())
    assert found.size == 2
    assert [member.role for member in found.leads] == ["lead"]


def test_what_was_not_loaded_is_loaded_when_it_is_asked_for() -> None:
    found = kept(Project.objects.only("title").get())
    assert found.get_deferred_fields() >= {"budget", "facts"}
    with CaptureQueriesContext(connection) as queries:
        assert found.facts == {"a": [1, None]}
    assert len(queries) == 1


def test_one_row_that_is_there_many_times_is_one_object() -> None:
    project = Project.objects.select_related("owner").get()
    one, other = kept([project, project])
    assert one is other


def test_a_queryset_is_refused_by_name() -> None:
    with pytest.raises(Unwritable, match=r"QuerySet.*list\(\)"):
        json.dumps(Project.objects.all())


def test_an_attribute_that_cannot_be_written_names_its_type() -> None:
    project = Project.objects.get()
    project.callback = print  # type: ignore[attr-defined]
    with pytest.raises(Unwritable, match="builtin_function_or_method"):
        json.dumps(project)


def test_a_row_with_fields_that_the_model_has_no_longer_is_unreadable() -> None:
    media_type, body = json.dumps(Person.objects.first())
    with pytest.raises(Unreadable, match="other fields"):
        json.loads(media_type, body.replace(b'"born"', b'"was"'))

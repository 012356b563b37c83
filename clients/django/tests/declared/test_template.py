import pytest

from spms_cache_django.invalidation.template import Template, TemplateError, parse_template


def test_values_stand_in_the_place_of_their_paths() -> None:
    template = parse_template("user:{members.user_id}:of:{pk}")
    assert template.paths == ("members.user_id", "pk")
    assert template.name_of([5, True]) == "user:5:of:true"
    assert template.name_of([5, None]) is None


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("project:{pk}", "project:*"),
        ("user:{a.b}:projects", "user:*:projects"),
        ("branches", "branches"),
        ("a*[b]\\:{pk}", "a\\*\\[b\\]\\\\:*"),
        # These would reach more than their family, or as much as all.
        ("{pk}", None),
        ("{pk}:projects", None),
        ("u{pk}", None),
        ("a:" + ":".join(["{pk}"] * 9), None),
        ("*", None),
    ],
)
def test_the_glob_of_a_family(text: str, family: str | None) -> None:
    assert parse_template(text).family == family


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (5, "5 is not a text"),
        ("", "is not a text"),
        ("project:{pk", "brace"),
        ("project:pk}", "brace"),
        ("project:{}", "is not a field"),
        ("project:{a..b}", "is not a field"),
        ("project:{a b}", "is not a field"),
        ("my project:{pk}", "no spaces"),
        ("@project:{pk}", "no @"),
        ("p" * 513, "512 bytes"),
    ],
)
def test_what_is_no_template(text: object, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        parse_template(text)


def test_templates_of_one_shape_have_names_of_one_family() -> None:
    one, other = (parse_template(text) for text in ("user:{pk}:x", "user:{loans.reader_id}:x"))
    assert isinstance(one, Template)
    assert one.shape == other.shape != parse_template("user:{pk}").shape

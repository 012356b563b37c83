"""Names at the sidecar."""

from __future__ import annotations

import itertools
import re

import pytest

from spms_cache_django import keys

# What the sidecar takes: src/cache/names.ts.
REFUSED = re.compile(r"\A@|\s|[\x00-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")


@pytest.mark.parametrize(
    ("key", "prefix", "version", "name"),
    [
        ("user:5:profile", "", 1, "user:5:profile"),
        ("user:5:profile", "spms", 1, "spms:user:5:profile"),
        ("user:5:profile", "", 2, "user:5:profile@2"),
        (7, "", 1, "7"),
        ("a b", "", 1, "a%20b"),
        ("100%", "", 1, "100%25"),
        ("50% off", "", 1, "50%%20off"),
        ("me@2", "", 1, "me%402"),
        ("@me", "", 1, "%40me"),
        ("@me", "p", 1, "p:%40me"),
        ("", "", 1, "%"),
    ],
)
def test_a_key_is_changed_as_little_as_it_can_be(
    key: object, prefix: str, version: int, name: str
) -> None:
    assert keys.make_key(key, prefix, version) == name


def test_no_two_keys_have_one_name() -> None:
    seen: dict[str, tuple[str, int]] = {}
    for length in range(6):
        for letters in itertools.product("%2 @0A~", repeat=length):
            key = "".join(letters)
            assert keys.unescape(keys.escape(key)) == key
            for version in (1, 2):
                name = keys.make_key(key, "", version)
                assert seen.setdefault(name, (key, version)) == (key, version)
                assert REFUSED.search(name) is None


@pytest.mark.parametrize("letter", ["a", "清", " ", "\ud800"])
def test_a_long_key_is_cut_and_ends_with_a_digest(letter: str) -> None:
    names = {keys.make_key(letter * length, "p", 3) for length in range(160, 1000, 7)}
    assert len(names) == len(range(160, 1000, 7))
    assert all(len(name.encode()) <= keys.MAX_BYTES for name in names)
    assert all(name.startswith("p:") and name.endswith("@3") for name in names)


def test_the_cut_form_of_a_key_is_not_the_name_of_another() -> None:
    cut = keys.make_key("a" * 600, "", 1)
    assert keys.make_key(cut, "", 1) != cut


def test_what_the_sidecar_refuses_is_escaped() -> None:
    for code in [*range(0x3100), 0xD800, 0xDFFF, 0xFEFF]:
        assert REFUSED.search(keys.make_key(f"a{chr(code)}b", "", 1)) is None, hex(code)


def test_a_name_without_its_version() -> None:
    assert keys.split_version("a@2") == ("a", 2)
    assert keys.split_version("a") == ("a", 1)

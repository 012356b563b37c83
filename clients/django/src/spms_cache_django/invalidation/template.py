"""
The text of a declared tag, such as `user:{members.user_id}:projects`, and the names that come of
it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

NAME_MAX_BYTES: Final = 512
PATTERN_MAX_STARS: Final = 8

# What the sidecar takes for a space or a control character: ECMAScript's `\s`, and Unicode's Cc.
SPACES_AND_CONTROLS: Final = (
    r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_FORBIDDEN = re.compile(f"[{SPACES_AND_CONTROLS}\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_EVERYTHING = "*"


class TemplateError(ValueError):
    """A template that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Template:
    """`literals` surround `paths`: there is one more of them."""

    text: str
    literals: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def is_everything(self) -> bool:
        """The template `*`: a change makes all that is stored untrue."""
        return self.text == _EVERYTHING

    @property
    def family(self) -> str | None:
        """
        The narrowest Redis glob that reaches every name of this template, as in `user:*:projects`.
        None where there is none that stays within the family: then only everything is enough.
        """
        head = self.literals[0]
        if self.is_everything or (self.paths and (not head or head[-1].isalnum())):
            return None
        glob = "*".join(re.sub(r"([*?\[\]\\])", r"\\\1", literal) for literal in self.literals)
        return glob if glob.count("*") <= PATTERN_MAX_STARS and is_name(glob) else None

    @property
    def shape(self) -> tuple[str, ...]:
        """Equal for templates whose names are of one family."""
        return self.literals

    def name_of(self, values: Sequence[object]) -> str | None:
        """The tag for these values, in the order of `paths`; None where one of them is NULL."""
        if any(value is None for value in values):
            return None
        texts = [*(text_of(value) for value in values), ""]
        return "".join(part for pair in zip(self.literals, texts, strict=True) for part in pair)


def parse_template(text: object) -> Template:
    """Raises `TemplateError`."""
    if not isinstance(text, str) or not text:
        raise TemplateError(f"{text!r} is not a text such as 'project:{{pk}}'")
    if text == _EVERYTHING:
        return Template(text, (text,), ())
    parts = _PLACEHOLDER.split(text)
    literals, paths = tuple(parts[0::2]), tuple(parts[1::2])
    if any("{" in literal or "}" in literal for literal in literals):
        raise TemplateError(f"'{text}' has a brace without its other one")
    for path in paths:
        if not _PATH.fullmatch(path):
            raise TemplateError(f"'{text}': '{path}' is not a field, or fields joined by dots")
    if not is_name("".join(literals) or "x"):
        raise TemplateError(
            f"'{text}' cannot be a tag: no spaces, no control characters, no @ at the beginning, "
            f"at most {NAME_MAX_BYTES} bytes"
        )
    return Template(text, literals, paths)


def is_name(text: str) -> bool:
    """Whether the sidecar takes it for a key or a tag."""
    if not text or text.startswith("@") or _FORBIDDEN.search(text):
        return False
    return len(text) * 4 <= NAME_MAX_BYTES or len(text.encode()) <= NAME_MAX_BYTES


def text_of(value: object) -> str:
    """As PostgreSQL writes it: the triggers make the same names."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def families_of(templates: Iterable[Template]) -> frozenset[str] | None:
    """The globs that reach every name of them; None if everything is needed."""
    families = [template.family for template in templates]
    known = frozenset(family for family in families if family is not None)
    return None if None in families else known

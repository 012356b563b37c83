"""The tags that a transaction has made untrue so far, in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from .template import Template, is_name

# With more distinct tags than this, those that have a value in them become patterns.
FOLD_ABOVE: Final = 10_000
PATTERNS_MAX: Final = 100


@dataclass(slots=True)
class Names:
    """What is to be invalidated. `everything` makes the others needless."""

    tags: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    everything: bool = False
    _templates: set[Template] = field(default_factory=set)

    def add(self, template: Template, values: Sequence[object]) -> None:
        """The tag for these values; nothing where one of them is NULL."""
        if self.everything:
            return
        name = "" if template.is_everything else template.name_of(values)
        if name is None:
            return
        if template.is_everything or not is_name(name):
            self._add_family(template)
        elif template.family not in self.patterns:
            self.tags.add(name)
            self._templates.add(template)
            if len(self.tags) > FOLD_ABOVE:
                self._fold()

    def add_all(self, template: Template) -> None:
        """Every tag of the template, whatever its values."""
        if template.paths:
            self._add_family(template)
        else:
            self.add(template, ())

    def update(self, other: "Names") -> None:
        """All of another's, too."""
        self.everything = self.everything or other.everything
        self.tags |= other.tags
        self.patterns |= other.patterns
        self._templates |= other._templates
        if len(self.tags) > FOLD_ABOVE:
            self._fold()
        if self.everything or len(self.patterns) > PATTERNS_MAX:
            self._become_everything()

    def __bool__(self) -> bool:
        return self.everything or bool(self.tags or self.patterns)

    def _add_family(self, template: Template) -> None:
        family = template.family
        if family is None or len(self.patterns) >= PATTERNS_MAX:
            self._become_everything()
        else:
            self.patterns.add(family)

    def _fold(self) -> None:
        """Tags without a value in them stay as they are: there are no more than templates."""
        self.tags = {template.text for template in self._templates if not template.paths}
        for template in self._templates:
            if template.paths:
                self._add_family(template)
        self._templates = {template for template in self._templates if not template.paths}

    def _become_everything(self) -> None:
        self.everything = True
        self.tags, self.patterns, self._templates = set(), set(), set()

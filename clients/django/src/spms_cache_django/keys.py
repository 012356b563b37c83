"""
From Django's key, prefix and version to the name of a value at the sidecar, and back. Two different
keys never have one name. Version 1 is left out, so that `user:5:profile` is the name that the
resource table and other programs use.
"""

from __future__ import annotations

import hashlib
import re

MAX_BYTES = 512

# What the sidecar refuses in a name: spaces of every kind, control characters, halves of surrogate
# pairs.
_REFUSED = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\ud800-\udfff"
_PLAIN = re.compile(r"[A-Za-z0-9_.:/~,=+-]+")
# A percent sign stands for itself unless it could be read as an escape of this module.
_ESCAPED = re.compile(rf"[{_REFUSED}]|%(?=[0-9A-F]{{2}}|~|\Z)|\A@|@(?=[0-9]+\Z)")
_ESCAPE = re.compile(r"(?:%[0-9A-F]{2})+")
_VERSION = re.compile(r"@([0-9]+)\Z")
# Begins the digest of a name that was too long; no escaped key has it.
_CUT = "%~"


def make_key(key: object, key_prefix: str, version: int) -> str:
    """
    The default `KEY_FUNCTION`: `prefix:key`, and `@version` at the end of versions other than 1.
    """
    name = escape(str(key))
    if key_prefix:
        name = f"{escape(key_prefix)}:{name}"
    return shorten(name, "" if version == 1 else f"@{version}")


def escape(text: str) -> str:
    """
    Percent-encodes what a name must not have, and as little else as keeps two texts two names.
    """
    if _PLAIN.fullmatch(text):
        return text
    return _ESCAPED.sub(_percent, text) or "%"


def unescape(name: str) -> str:
    """The text that `escape` was given."""
    if name == "%":
        return ""
    return _ESCAPE.sub(_decoded, name) if "%" in name else name


def shorten(name: str, suffix: str = "") -> str:
    """
    Name and suffix; a longer one than 512 bytes keeps its head and ends with the digest of the
    whole.
    """
    whole = f"{name}{suffix}"
    if len(whole) * 4 <= MAX_BYTES or len(encoded := name.encode()) + len(suffix) <= MAX_BYTES:
        return whole
    end = f"{_CUT}{hashlib.sha256(encoded).hexdigest()}{suffix}"
    return encoded[: MAX_BYTES - len(end)].decode(errors="ignore") + end


def split_version(name: str) -> tuple[str, int]:
    """A name without its version, and the version."""
    found = _VERSION.search(name)
    return (name[: found.start()], int(found[1])) if found else (name, 1)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="surrogatepass"))


def _decoded(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode(errors="surrogatepass")

"""A text as a person reads it: one sign for all blanks and dashes, plain digits, nothing invisible."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

# What stands for a slash or a dot between groups of digits and is not turned into one by Unicode itself.
_LIKE: Final = {"∕": "/", "⁄": "/", "·": ".", "•": ".", "∙": ".", "−": "-"}
_BY_KIND: Final = {"Zs": " ", "Pd": "-"}
# A keycap and the selectors of emoji: the digit below them is what is read.
_DROPPED: Final = frozenset({"\u20e3", "\ufe0e", "\ufe0f"})


@dataclass(frozen=True)
class Folded:
    """`text` for matching; `starts` and `ends` lead from each of its characters to the text as written."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part (not empty) of the folded text stands in the text as written."""
        return self.starts[start], self.ends[end - 1]


def text_fold(text: str) -> Folded:
    """The folded text; takes one pass, whatever the text is."""
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for position, written in enumerate(text):
        sign = _sign_read(written)
        if signs and unicodedata.combining(written):
            joined = unicodedata.normalize("NFC", signs[-1] + written)
            signs[-1] = joined if len(joined) == 1 else signs[-1]
            ends[-1] = position + 1
        elif sign:
            signs.append(sign)
            starts.append(position)
            ends.append(position + 1)
    return Folded("".join(signs), tuple(starts), tuple(ends))


def _sign_read(written: str) -> str:
    """The one character that this one is read as, or "" for what nobody sees."""
    if written < "\x80":
        return written
    kind = unicodedata.category(written)
    if kind == "Cf" or written in _DROPPED:
        return ""
    plain = _LIKE.get(written) or _BY_KIND.get(kind) or unicodedata.normalize("NFKC", written)
    if kind == "Nd":
        plain = str(unicodedata.decimal(written))
    return plain if len(plain) == 1 else written

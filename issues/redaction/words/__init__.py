"""Lists of words, one a line. They were made for this purpose; lengthen them where a town has others."""

from __future__ import annotations

import re
from pathlib import Path


def words_read(name: str) -> frozenset[str]:
    """The words of the list `name`, in lower case."""
    path = Path(__file__).parent / f"{name}.txt"
    return frozenset(path.read_text(encoding="utf-8").casefold().split())


def words_any(name: str) -> str:
    """The same as a regular expression that matches any of them, longest first; for ignoring case."""
    path = Path(__file__).parent / f"{name}.txt"
    words = path.read_text(encoding="utf-8").lower().split()
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))

"""Words of authorities: an app above keeps them and registers how they are erased and masked; this module passes it on.

Routing registers two callables at start (`AppConfig.ready`); both work in the transaction of the caller.
"""

from __future__ import annotations

from collections.abc import Callable

# Each takes the primary key of an issue; the first returns how many texts it erased.
WordsEraser = Callable[[int], int]
WordsMasker = Callable[[int], None]

_registered: list[tuple[WordsEraser, WordsMasker]] = []


def register(erase: WordsEraser, mask: WordsMasker) -> None:
    """Sets who keeps words of authorities; a later registration replaces the former."""
    _registered[:] = [(erase, mask)]


def authority_words_erase(issue_id: int) -> int:
    """Erases what authorities wrote about the issue; returns how many texts there were."""
    return _registered[0][0](issue_id) if _registered else 0


def authority_words_mask(issue_id: int) -> None:
    """Takes out of it whatever tells who somebody is."""
    if _registered:
        _registered[0][1](issue_id)

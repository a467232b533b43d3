"""What fuzzers share: running cases and counting how they ended, and damaging bytes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass
class Fuzzed:
    """What came of one fuzzer: how often it ended how, and a line for each case that ended as it must not."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return self.outcomes.total()


Case = tuple[str, Callable[[], str]]


def cases_run(cases: Iterable[Case]) -> Fuzzed:
    """Runs each case: a name, and what to do, which returns how it ended. Whatever it raises is a failure."""
    fuzzed = Fuzzed()
    for name, act in cases:
        try:
            outcome = act()
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            outcome = "failed"
            fuzzed.failures.append(f"{name}: {type(error).__name__}: {error}")
        fuzzed.outcomes[outcome] += 1
    return fuzzed


def bytes_damaged(content: bytes, draw: random.Random) -> bytes:
    """The content with a few bytes changed, taken out, doubled or cut off."""
    damaged = bytearray(content)
    for _turn in range(draw.randint(1, 6)):
        at = draw.randrange(len(damaged) + 1)
        length = draw.choice((1, 1, 2, 4, 16, 200))
        match draw.randrange(5):
            case 0:
                damaged[at : at + length] = draw.randbytes(len(damaged[at : at + length]))
            case 1:
                del damaged[at : at + length]
            case 2:
                damaged[at:at] = damaged[at : at + length]
            case 3:
                damaged[at : at + 4] = draw.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff"))
            case _:
                del damaged[max(1, at) :]
    return bytes(damaged)

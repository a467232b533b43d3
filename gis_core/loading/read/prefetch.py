"""The next batch is read while the former one is on its way into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Queue
from threading import Event, Thread
from typing import Any, Final, TypeVar

from gis_core.loading.read.batches import Progress

Item = TypeVar("Item")
# What the message is, and an item, a step of the progress or an error.
_Message = tuple[str, Any]
_END: Final[_Message] = ("end", None)


def prefetched(read: Callable[[Progress], Iterator[Item]], progress: Progress) -> Iterator[Item]:
    """The items of `read(progress)`, which runs in a thread of its own and must not use the database.

    `progress` is called in the caller's thread, in its place among the items; errors are raised here.
    """
    queue: Queue[_Message] = Queue(maxsize=2)
    stop = Event()
    thread = Thread(target=_work, args=(read, queue, stop), name="prefetch", daemon=True)
    thread.start()
    try:
        for kind, value in iter(queue.get, _END):
            if kind == "progress":
                progress(*value)
            elif kind == "error":
                raise value
            else:
                yield value
    finally:
        stop.set()
        while thread.is_alive():
            while not queue.empty():
                queue.get_nowait()
            thread.join(0.05)


def _work(read: Callable[[Progress], Iterator[Any]], queue: Queue[_Message], stop: Event) -> None:
    try:
        for item in read(lambda file, features: queue.put(("progress", (file, features)))):
            if stop.is_set():
                return
            queue.put(("item", item))
    except BaseException as error:  # noqa: BLE001 - it is raised in the caller's thread
        queue.put(("error", error))
    else:
        queue.put(_END)

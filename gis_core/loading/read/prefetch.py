"""Work beside the database: the next batch is read and written down while the former one is on its way into it.

The database is used in the caller's thread alone, in one transaction with whatever else happens there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from threading import Event, Thread
from typing import Any, Final, TypeVar

from gis_core.loading.read.batches import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")
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


def beside(work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """`work` of each item, in their order: done in a thread of its own while the next item is made in the caller's.

    An error of the work is raised in its place, one of the items behind the results of those before. `work` must not
    use the database. It is at most one item ahead.
    """
    iterator = iter(items)
    begun: Future[Result] | None = None
    broken: BaseException | None = None
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside") as pool:
        while True:
            try:
                item = next(iterator)
            except StopIteration:
                break
            except BaseException as error:  # noqa: BLE001 - raised behind what came before it
                broken = error
                break
            former, begun = begun, pool.submit(work, item)
            if former is not None:
                yield former.result()
        if begun is not None:
            yield begun.result()
    if broken is not None:
        raise broken

"""What an authority reads when something is new of a report that it has: in German, whatever the way it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import override, pgettext, pgettext_lazy

from issues.enums import EventKind
from routing.forwarding.attachments import report_text
from routing.forwarding.envelope import Envelope
from routing.forwarding.wording import LANGUAGE

NEWS_WORDS: Final = {
    EventKind.MOVED.value: pgettext_lazy("news", "The place was corrected."),
    EventKind.RECATEGORISED.value: pgettext_lazy("news", "The category was corrected."),
    EventKind.ANSWERED.value: pgettext_lazy("news", "Answers came in or were corrected."),
    EventKind.PHOTO_ADDED.value: pgettext_lazy("news", "A photo came in."),
    EventKind.MERGED.value: pgettext_lazy("news", "Somebody else has reported the same."),
    EventKind.DOUBTED.value: pgettext_lazy("news", "Several people say that it is not done."),
    EventKind.STATUS_CHANGED.value: pgettext_lazy("news", "The report is open again."),
}


def news_text(envelope: Envelope, news: Sequence[str], *, is_over: bool) -> str:
    """What is new, and below it the report as it stands now; of one that is over only that.

    `news` are kinds of events.
    """
    with override(LANGUAGE):
        number = {"number": envelope.number}
        if is_over:
            told = pgettext(
                "notice",
                "You need not do anything about %(number)s any more: it was withdrawn, or somebody else has to act."
                " If you have begun already, please tell us.",
            )
            return told % number
        lines = "\n".join(f"- {NEWS_WORDS[kind]}" for kind in news if kind in NEWS_WORDS)
        head = pgettext("notice", "News of report %(number)s, which you have:") % number
        return f"{head}\n{lines}\n\n{report_text(envelope)}".rstrip()

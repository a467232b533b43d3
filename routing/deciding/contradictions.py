"""Two official sources that contradict each other: a task for the owner of the data, with a letter to take along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.languages import language_first, text_in
from gis_core.models import Edition
from issues.models import Attachment, Issue
from issues.redaction import CONTACTS, masked
from issues.services.nudging import worker_nudge
from issues.services.work import file_attach
from parcels.enums import CadastreDataset
from routing.enums import NetworkDataset
from routing.errors import ContradictionRefused
from routing.models import Authority, Contradiction, Decision
from routing.outbox.holders import Holder, holders_of, refused_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LETTER_TASK: Final = "config.tasks.letters_make_due"
WORDS_MAX: Final = 1000
# What a rule asks for → the dataset that answers.
DATASETS: Final = {
    "road_class": NetworkDataset.ROAD_SECTIONS,
    "through_road": NetworkDataset.THROUGH_ROADS,
    "part": NetworkDataset.ROAD_PARTS,
    "owner": CadastreDataset.OWNERSHIP,
    "usage": CadastreDataset.LAND_USE,
    "built_up": NetworkDataset.AREAS,
}


def editions_doubted(issue: Issue) -> list[Edition]:
    """The editions on which the rules' last decision rests, those that its rule asks for first; [] where none does."""
    decision = _ruled(issue)
    if decision is None:
        return []
    asked = [DATASETS[one] for one in _narrowed(decision) if one in DATASETS]
    order = {dataset.value: place for place, dataset in enumerate(asked)}
    found = Edition.objects.filter(pk__in=decision.editions.values())
    return sorted(found, key=lambda one: (order.get(one.dataset, len(order)), one.dataset))


def refusal_last(issue: Issue) -> Holder | None:
    """The latest body that said no."""
    refused = refused_of(holders_of(issue.pk))
    return refused[-1] if refused else None


def contradiction_open(*, issue: Issue, edition: Edition, words: str, by: User) -> Contradiction:
    """The body that refused last contradicts this edition; a worker writes the letter.

    Raises ContradictionRefused where nobody has refused, where the decision does not rest on the edition, for no words
    or too many, and where this is open already.
    """
    holder, decision = refusal_last(issue), _ruled(issue)
    text = words.strip()
    if holder is None or decision is None or edition.pk not in decision.editions.values():
        raise ContradictionRefused(_("Nobody contradicts these data."))
    if not text or len(text) > WORDS_MAX:
        raise ContradictionRefused(
            _("Please give the words of the authority, at most %(limit)d characters.")
            % {"limit": WORDS_MAX}
        )
    try:
        with transaction.atomic():
            return _open(issue, edition, holder.authority, decision, text, by)
    except IntegrityError as error:
        raise ContradictionRefused(_("This contradiction is open already.")) from error


def contradiction_found(*, issue: Issue, refused: Sequence[Holder]) -> Contradiction | None:
    """Opens one by itself: the body that the rules named says no, and a second one does, too. `refused`: those bodies.

    It is about the data that the rule asks for first. None where the body said nothing, where the rule asks for no
    data, and where there was one already. Call it in the transaction of what follows from the refusal.
    """
    decision = _ruled(issue)
    said = [one for one in refused if decision and one.delivery.decision_id == decision.pk]
    if decision is None or not said or said[-1].refusal is None:
        return None
    words = masked(said[-1].refusal.reason, kinds=CONTACTS).strip()[:WORDS_MAX]
    asked = [DATASETS[one] for one in _narrowed(decision) if one in DATASETS]
    edition = next((one for one in editions_doubted(issue) if one.dataset in asked), None)
    known = Contradiction.objects.filter(issue=issue, edition=edition)
    if edition is None or not words or known.exists():
        return None
    return _open(issue, edition, said[-1].authority, decision, words, None)


def _open(
    issue: Issue,
    edition: Edition,
    authority: Authority,
    decision: Decision,
    words: str,
    by: User | None,
) -> Contradiction:
    opened = Contradiction.objects.create(
        issue=issue,
        edition=edition,
        authority=authority,
        said=text_in(decision.sentences, language_first()),
        words=words,
        opened_by=by,
    )
    transaction.on_commit(lambda: worker_nudge(LETTER_TASK))
    return opened


def contradictions_of(issues: QuerySet[Issue]) -> QuerySet[Contradiction]:
    """Those of these issues, the open ones first, then the latest."""
    found = Contradiction.objects.filter(issue__in=issues)
    return found.select_related(
        "issue__category", "edition", "authority", "letter", "opened_by"
    ).order_by("-closed_at", "-pk")


@transaction.atomic
def contradiction_close(*, contradiction: Contradiction, by: User) -> bool:
    """The owner of the data has answered, or need not any more; False where it was closed before."""
    still_open = Contradiction.objects.filter(pk=contradiction.pk, closed_at__isnull=True)
    return bool(still_open.update(closed_at=timezone.now(), closed_by=by))


def contradictions_unwritten() -> QuerySet[Contradiction]:
    """Those whose letter is still to be made, oldest first."""
    waiting = Contradiction.objects.filter(letter__isnull=True, closed_at__isnull=True)
    return waiting.select_related(
        "issue__jurisdiction", "issue__category", "edition", "authority"
    ).order_by("pk")


@transaction.atomic
def letter_store(*, contradiction: Contradiction, content: bytes) -> Attachment:
    """Puts the letter (PDF) to the issue's files."""
    name = pgettext("contradiction", "Contradiction %(number)s.pdf") % {
        "number": contradiction.issue.number
    }
    letter = file_attach(issue=contradiction.issue, name=name, content=content, by=None)
    contradiction.letter = letter
    contradiction.save(update_fields=["letter"])
    return letter


def _ruled(issue: Issue) -> Decision | None:
    """What the rules said last."""
    found: Decision | None = (
        issue.decisions.filter(rule_set__isnull=False).order_by("-number").first()
    )
    return found


def _narrowed(decision: Decision) -> list[str]:
    """What the rule of the first candidate asks for besides the category."""
    return list(decision.candidates[0].get("narrowed", ())) if decision.candidates else []

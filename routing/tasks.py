"""What workers do. Every task is a sweep: run twice or at the same time elsewhere it does no harm."""

from __future__ import annotations

from typing import Final

from celery import shared_task

from issues.services.nudging import worker_nudge
from routing.answering import clearing, digests, syncing, watching
from routing.deciding import clarifications, decisions, hearings, impact, passing_on, reviews
from routing.forwarding import alarms, notices, probes, sending
from routing.outbox import news
from routing.steps import taking, working
from routing.trying import edition_impact, ground_runs, trials

TRIAL_TURN_SECONDS: Final = 15


@shared_task
def deliveries_send_due() -> int:
    return sending.deliveries_send_due()


@shared_task
def alarms_send_due() -> int:
    """Mails the city's person about emergencies that do not get through."""
    return alarms.alarms_send_due()


@shared_task
def notices_send_due() -> int:
    """Mails authorities what they have to hear about reporters."""
    return notices.notices_send_due()


@shared_task
def deadlines_watch() -> int:
    """Reminds who has not answered in time, and hands what nobody takes over to a person."""
    return watching.deadlines_watch()


@shared_task
def digests_queue() -> int:
    """Puts down the weekly mails about open cases."""
    return digests.digests_queue()


@shared_task
def digests_send_due() -> int:
    """Sends the weekly mails that are due."""
    return digests.digests_send_due()


@shared_task
def clearing_mails_send_due() -> int:
    """Tells the clearing unit what has come to it."""
    return clearing.clearing_mails_send_due()


@shared_task
def news_gather(urgent_only: bool = True) -> int:
    """Puts down what authorities have not heard of the reports that they have."""
    return news.news_gather(urgent_only=urgent_only)


@shared_task
def probes_run_due() -> int:
    """Tries the contacts that somebody wants tried."""
    return probes.probes_run_due()


@shared_task
def probes_watch() -> int:
    """Looks whether receivers have changed their services."""
    return probes.contacts_watch()


@shared_task
def syncs_run_due() -> int:
    """Reads what receivers' systems say of our reports."""
    return syncing.syncs_run_due()


@shared_task
def numbers_poll() -> int:
    return sending.numbers_poll()


@shared_task
def refusals_follow_due() -> int:
    """Passes on what authorities refused, or puts it before a person."""
    return passing_on.refusals_follow_due()


@shared_task
def steps_work() -> None:
    """Takes steps on many reports, and takes them back; then goes on behind whatever else waits."""
    if working.steps_work():
        worker_nudge(taking.WORK_TASK)


@shared_task
def decisions_make_missing() -> int:
    """Decides what was received or changed and, because something went wrong, not decided at once."""
    return decisions.decisions_make_missing() + reviews.reviews_make_missing()


@shared_task
def map_hearing_hold(issue_id: int) -> None:
    """Asks the evidence services about the place of an issue."""
    hearings.hearing_hold(issue_id=issue_id)


@shared_task
def map_hearings_hold_due() -> int:
    """Asks about the issues whose order was lost."""
    return hearings.hearings_hold_due()


@shared_task
def clarifications_expire() -> int:
    """Hands issues to people whose reporter has not answered in time."""
    return clarifications.clarifications_expire()


@shared_task
def trial_run(trial_id: int) -> None:
    """One turn at a trial, then the next one behind whatever else waits: a long trial holds up no load."""
    if trials.trial_work(trial_id=trial_id, seconds=TRIAL_TURN_SECONDS):
        trials.trial_nudge(trial_id, workers=1)


@shared_task
def trials_go_on() -> None:
    """Wakes workers for trials that no worker holds, and for measurements that are not finished."""
    for trial_id in trials.trials_unattended():
        trials.trial_nudge(trial_id)
    for coverage_id in ground_runs.coverages_unfinished():
        ground_runs.coverage_nudge(coverage_id)


@shared_task
def ground_run(coverage_id: int) -> None:
    """Measures what a rule set says on the ground."""
    ground_runs.coverage_work(coverage_id=coverage_id)


@shared_task
def geodata_proposals_make_missing() -> int:
    """Makes the proposals of activations at which it went wrong."""
    return impact.proposals_make_missing()


@shared_task
def geodata_impacts_store_missing() -> None:
    """Stores the impact of editions, if it is missing or older than the active state."""
    edition_impact.impact_store_missing()

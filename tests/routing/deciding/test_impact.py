"""What an edition would change for open issues: rehearsed, proposed, never done."""

from __future__ import annotations

import pytest

from gis_core.enums import EditionStatus
from gis_core.models import Jurisdiction
from gis_core.services.editions import edition_activate, edition_rollback
from issues.enums import IssueStatus
from issues.models import Issue
from parcels.models import Ownership, Parcel
from routing.deciding import impact as impact_services
from routing.deciding.impact import impact_of
from routing.deciding.proposals import proposal_close
from routing.enums import ProposalState
from routing.errors import RoutingError
from routing.models import Decision, Proposal
from routing.tasks import geodata_proposals_make_missing
from tests.gis_core.geodata_factories import stage, write
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import (
    OWNERS,
    after,
    before,
    parcel_key,
    parcels_write,
    report_make,
)

pytestmark = pytest.mark.django_db


def owners_stage(city, tmp_path, **changes):
    """The owners as they are, but some of them others."""
    owners = OWNERS | {int(number[1:]): owner for number, owner in changes.items()}
    lines = ["flstkennz;eigentumsklasse"] + [f"{parcel_key(n)};{o}" for n, o in owners.items()]
    return stage(city, "ownership", write(tmp_path / "owners.csv", "\n".join(lines) + "\n"))


def stored() -> list[list[tuple]]:
    models = (Decision, Proposal, Ownership, Parcel, Issue)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def test_impact_names_the_issues_and_writes_nothing(city, tmp_path):
    concerned, other = report_make(city, 1), report_make(city, 2)
    edition = owners_stage(city, tmp_path, n1="PRIV")
    as_it_was = stored()
    [impact] = impact_of(edition)
    assert stored() == as_it_was
    assert (impact.issue, impact.issue != other) == (concerned, True)
    found = impact.as_json()
    assert found["from"] == Decision.objects.get(issue=concerned).authority.code
    assert (found["to"], found["number"]) != (found["from"], "")
    assert found["sentences"]["de"] == impact.proposed.sentences["de"] != ""


def test_closed_issue_and_unchanged_edition_have_no_impact(city, tmp_path):
    issue = report_make(city, 1)
    assert impact_of(owners_stage(city, tmp_path)) == []
    Issue.objects.filter(pk=issue.pk).update(status=IssueStatus.DONE)
    assert impact_of(owners_stage(city, tmp_path, n1="PRIV")) == []


def test_activation_proposes_and_roll_back_withdraws(city, tmp_path):
    issue = report_make(city, 1)
    edition = owners_stage(city, tmp_path, n1="PRIV")
    [impact] = impact_of(edition)
    decisions = list(Decision.objects.values_list())
    edition_activate(edition=edition)
    proposal = Proposal.objects.get()
    assert list(Decision.objects.values_list()) == decisions
    assert (proposal.issue, proposal.edition, proposal.state) == (
        issue,
        edition,
        ProposalState.OPEN,
    )
    assert proposal.authority == impact.proposed.authority
    edition_rollback(edition=edition)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OUTDATED
    assert not Proposal.objects.filter(state=ProposalState.OPEN).exists()


def test_decided_issue_keeps_its_editions_and_an_accepted_proposal_is_a_new_decision(
    city, tmp_path
):
    issue, person = report_make(city, 1), staff_create()
    edition = owners_stage(city, tmp_path, n1="PRIV")
    edition_activate(edition=edition)
    first = Decision.objects.get(issue=issue)
    assert first.editions["ownership"] != edition.pk
    proposal = Proposal.objects.get()
    proposal_close(proposal=proposal, state=ProposalState.ACCEPTED, by=person)
    second = Decision.objects.get(issue=issue, number=2)
    assert (second.authority, second.decided_by) == (proposal.authority, person)
    assert second.editions["ownership"] == edition.pk
    with pytest.raises(RoutingError, match="schon"):
        proposal_close(proposal=proposal, state=ProposalState.DISMISSED, by=person)


def test_only_touched_issues_are_decided_anew(city, tmp_path, monkeypatch):
    near, _far = report_make(city, 1), report_make(city, 4)
    decided = []
    compute = impact_services.decisions_compute

    def noted(issues):
        decided.extend(issues)
        return compute(issues)

    monkeypatch.setattr(impact_services, "decisions_compute", noted)
    edition = owners_stage(city, tmp_path, n1="PRIV")
    assert [one.issue for one in impact_of(edition)] == [near]
    edition_activate(edition=edition)
    assert [one.issue for one in impact_of(edition)] == [near]
    assert decided == [near.pk] * 3


def test_proposal_of_an_untouched_issue_stays_and_that_of_a_closed_one_does_not(city, tmp_path):
    first, second, third = report_make(city, 1), report_make(city, 3), report_make(city, 2)
    edition_activate(edition=owners_stage(city, tmp_path, n1="PRIV", n2="PRIV"))
    Issue.objects.filter(pk=third.pk).update(status=IssueStatus.DONE)
    edition_activate(edition=owners_stage(city, tmp_path, n1="PRIV", n2="PRIV", n3="CITY"))
    states = Proposal.objects.order_by("pk").values_list("issue", "state")
    assert list(states) == [
        (first.pk, ProposalState.OPEN),
        (third.pk, ProposalState.OUTDATED),
        (second.pk, ProposalState.OPEN),
    ]


def test_moved_boundary_counts_in_the_rehearsal_and_touches_every_issue(city, tmp_path):
    beyond, far = report_make(city, 5), report_make(city, 1)
    owners = edition_activate(edition=owners_stage(city, tmp_path, n1="PRIV"))
    assert "boundary_moved" not in owners.report
    boundary = Jurisdiction.objects.get().boundary
    shapes = before() | {5: after()[7]}
    edition = stage(city, "parcels", parcels_write(tmp_path / "more.gpkg", shapes))
    impact = impact_of(edition)
    assert beyond in [one.issue for one in impact]
    # The open proposal about this one is a difference as well, and looked at although it is far away.
    assert far in [one.issue for one in impact]
    assert Jurisdiction.objects.get().boundary == boundary
    edition_activate(edition=edition, by=staff_create(), override_reason="drawn")
    edition.refresh_from_db()
    assert edition.report["boundary_moved"] is True
    assert edition.report["proposals"] == len(impact)


def test_activation_stands_when_proposing_goes_wrong_and_a_sweep_makes_up_for_it(
    city, tmp_path, monkeypatch, caplog
):
    issue = report_make(city, 1)
    edition = owners_stage(city, tmp_path, n1="PRIV")

    def broken(issues):
        raise RoutingError("drawn")

    with monkeypatch.context() as patched:
        patched.setattr(impact_services, "decisions_compute", broken)
        edition_activate(edition=edition)
        with pytest.raises(RoutingError, match="drawn"):
            geodata_proposals_make_missing()
    assert "drawn" in caplog.text
    edition.refresh_from_db()
    assert (edition.status, edition.report.get("proposals")) == (EditionStatus.ACTIVE, None)
    assert not Proposal.objects.exists()
    assert geodata_proposals_make_missing() == 1
    assert Proposal.objects.get().issue == issue
    edition.refresh_from_db()
    assert edition.report["proposals"] == 1
    assert geodata_proposals_make_missing() == 0
    assert Proposal.objects.count() == 1


def test_proposals_of_several_activations_are_made_once(city, tmp_path):
    report_make(city, 1)
    first = edition_activate(edition=owners_stage(city, tmp_path, n1="PRIV"))
    second = edition_activate(edition=owners_stage(city, tmp_path, n1="PRIV", n2="PRIV"))
    for edition in (first, second):
        edition.refresh_from_db()
        edition.report.pop("proposals")
        edition.save(update_fields=["report"])
    Proposal.objects.all().delete()
    assert geodata_proposals_make_missing() == 1
    assert Proposal.objects.get().edition == second
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.report["proposals"], second.report["proposals"]) == (0, 1)

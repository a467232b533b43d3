"""After a refusal: who is next, when it goes there by itself, and that nobody gets it twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from gis_core.models import Edition, Jurisdiction
from issues.enums import Channel, EventKind, IssueStatus
from issues.models import Category, Department, Issue, Reply, Reporter
from issues.services import issue_receive
from issues.types import LocationInput
from parcels.enums import CadastreDataset
from routing.answering.clearing import clearing_mails_send_due
from routing.deciding.decisions import decision_renew, decision_restate, issue_locked
from routing.deciding.overrule import decision_confirm, decision_overrule
from routing.deciding.passing_on import (
    refusal_follow,
    refusals_follow_due,
    refusals_wrong_share,
)
from routing.enums import AnswerSource, DecisionCause, DeliveryState, Outcome
from routing.models import Authority, AuthorityContact, Contradiction, Decision, Delivery, RuleSet
from routing.outbox.answers import Said, delivery_accepted, delivery_refused
from routing.outbox.claim import delivery_claim
from routing.outbox.holders import holders_of
from routing.outbox.queue import deliveries_queue
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from routing.types import Evidence
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import EAST, NORTH, storage_to_wgs84

pytestmark = pytest.mark.django_db
PARTNER = Said(source=AnswerSource.PARTNER)
URGENT, USUAL = "ACUTE_DANGER", "ROAD_SURFACE"


def authority(code: str) -> Authority:
    return Authority.objects.get(code=code)


def candidate(body: str, probability: float, **more: Any) -> dict[str, Any]:
    return {
        "body": body,
        "confidence": 0.9,
        "rule_id": f"R-{body}",
        "legal_basis": "StrWG NRW § 43",
        "condition": "",
        "notify": (),
        "hypothesis": "",
        "area_code": "",
        "level": "",
        "probability": probability,
        **more,
    }


def decided(
    city: Jurisdiction, *candidates: dict[str, Any], category: str = URGENT, **fields: Any
) -> Issue:
    """An issue that the rules gave to the first of the candidates, and that this one has."""
    longitude, latitude = storage_to_wgs84(EAST + 50, NORTH + 20)
    issue = issue_receive(
        jurisdiction=city,
        category=Category.objects.get(jurisdiction=city, code=category),
        channel=Channel.STAFF,
        location=LocationInput(lat=latitude, long=longitude),
        description=f"Loch {Issue.objects.count()}",
    ).issue
    evidence = Evidence(
        category=category,
        part="",
        answers={},
        asset_kinds=(),
        bears_through_roads=False,
        on=date(2026, 11, 30),
        situations=(),
        datasets={},
    )
    decision = Decision.objects.create(
        issue=issue,
        authority=authority(candidates[0]["body"]),
        **{
            "outcome": Outcome.ASSIGNED,
            "area_code": candidates[0]["area_code"],
            "rule_set": RuleSet.objects.get(),
            "rule_id": "R1",
            "probability": candidates[0]["probability"],
            "sentences": {"de": "Weil.", "en": "Because."},
            "candidates": candidates,
            "evidence": {**evidence.to_json(), "doubts": []},
            "decided_at": timezone.now(),
            **fields,
        },
    )
    assert deliveries_queue(decision) == []
    sent()
    return issue


def sent() -> None:
    """Everything that is queued goes out."""
    while (delivery := delivery_claim()) is not None:
        delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))


def refuse(issue: Issue, named: str = "", reason: str = "Nicht unsere Straße") -> Delivery:
    """The body that has it now says no."""
    delivery = Delivery.objects.get(
        decision__issue=issue, decision__is_current=True, kind="responsible"
    )
    delivery_refused(
        delivery=delivery,
        said=PARTNER,
        reason=reason,
        named=authority(named) if named else None,
    )
    return delivery


def current(issue: Issue) -> Decision:
    return issue.decisions.get(is_current=True)


def status(issue: Issue) -> str:
    issue.refresh_from_db()
    return issue.status


def test_next_candidate_gets_it_where_the_threshold_is_reached(city):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4, notify=("EUV",)))
    Reporter.objects.create(issue=issue, email="maria@example.org", last_name="Beispiel")
    refuse(issue)
    assert status(issue) == IssueStatus.TRIAGE
    assert refusals_follow_due() == 1
    decision = current(issue)
    assert (decision.number, decision.cause, decision.outcome, decision.authority.code) == (
        2,
        DecisionCause.REFUSED,
        Outcome.ASSIGNED,
        "KREIS66",
    )
    # 0.4 against a tenth of 0.6.
    assert decision.probability == pytest.approx(0.4 / 0.46, abs=1e-4)
    assert (decision.rule_id, decision.rule_set, decision.notify) == ("R-KREIS66", None, ["EUV"])
    assert decision.sentences["de"] == (
        "Akute Gefahr: Straßen.NRW, Regionalniederlassung Ruhr ist nach eigener Auskunft nicht zuständig. "
        "Die Regeln nennen dann Kreis Recklinghausen, Fachdienst 66 Tiefbau; dorthin geht die Meldung jetzt."
    ).replace("Akute Gefahr", issue.category.name)
    sent()
    # It is out of the house again, and whoever reported hears who has it.
    assert status(issue) == IssueStatus.FORWARDED
    told = Reply.objects.filter(issue=issue).latest("pk").text
    assert "Kreis Recklinghausen" in told
    assert [one.authority.code for one in holders_of(issue.pk)] == ["STRNRW", "KREIS66"]


def test_usual_case_is_put_before_a_clerk_who_confirms_with_one_click(city):
    issue = decided(city, candidate("STRNRW", 0.92), candidate("KREIS66", 0.08), category=USUAL)
    refuse(issue)
    assert refusals_follow_due() == 1
    decision = current(issue)
    assert (decision.outcome, decision.authority.code) == (Outcome.PROPOSED, "KREIS66")
    assert "Als Nächstes kommt Kreis Recklinghausen" in decision.sentences["de"]
    assert Delivery.objects.filter(decision__issue=issue).count() == 1
    person = staff_create()
    decision_confirm(issue_id=issue.pk, seen=2, by=person)
    sent()
    assert (current(issue).authority.code, status(issue)) == ("KREIS66", IssueStatus.FORWARDED)


def test_refusals_that_prove_right_earn_passing_on_by_itself(city):
    assert refusals_wrong_share(city.pk) == 0.1
    person = staff_create()
    for right in (True, True, False):
        issue = decided(city, candidate("STRNRW", 0.95), category=USUAL)
        refuse(issue, named="KREIS66")
        # Nobody has settled anything yet.
        before = refusals_wrong_share(city.pk)
        refusal_follow(issue_id=issue.pk)
        assert refusals_wrong_share(city.pk) == before
        if right:
            decision_confirm(issue_id=issue.pk, seen=2, by=person)
        else:
            decision_overrule(
                issue_id=issue.pk, authority="STRNRW", reason="doch", by=person, seen=2
            )
        sent()
    assert refusals_wrong_share(city.pk) == 2 / 13


def test_named_body_is_proposed_where_the_rules_do_not_name_it(city):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(issue, named="EUV")
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.authority.code, decision.rule_id) == (
        Outcome.PROPOSED,
        "EUV",
        "",
    )
    told = decision.sentences["de"]
    assert "nennt EUV Stadtbetrieb" in told
    assert "Die Regeln nennen EUV Stadtbetrieb Castrop-Rauxel hier nicht." in told


def test_named_body_that_the_rules_name_as_well_gets_it_by_itself(city):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(issue, named="KREIS66")
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.authority.code) == (Outcome.ASSIGNED, "KREIS66")


@pytest.mark.parametrize(
    "change",
    [
        {"evidence_doubts": ["agreements_clash"]},
        {"rule_set": None, "cause": DecisionCause.OVERRULED, "reason": "Vor Ort"},
    ],
)
def test_doubts_and_decisions_of_people_are_never_passed_on_by_themselves(city, change):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    doubts = change.pop("evidence_doubts", None)
    if doubts:
        decision = current(issue)
        decision.evidence["doubts"] = doubts
        decision.save()
    else:
        Decision.objects.filter(issue=issue).update(decided_by=staff_create(), **change)
    refuse(issue)
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.authority.code) == (Outcome.PROPOSED, "KREIS66")


@pytest.mark.parametrize("others", [(), (("KREIS66", 0.004),), (("TRIAGE", 0.4),)])
def test_nobody_is_next_where_the_rules_know_nobody_likely(city, others):
    first = candidate("STRNRW", 1.0 - sum(share for _body, share in others))
    issue = decided(city, first, *(candidate(*one) for one in others))
    refuse(issue)
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.authority) == (Outcome.TRIAGE, None)
    assert decision.sentences["de"].endswith("Wer sonst zuständig ist, ist offen.")
    issue.refresh_from_db()
    assert (issue.has_news, issue.is_unclear) == (True, True)


def test_body_without_a_contact_is_proposed_and_says_so(city):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    AuthorityContact.objects.filter(authority__code="KREIS66").delete()
    refuse(issue)
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.evidence["unreachable"]) == (Outcome.PROPOSED, ["KREIS66"])
    assert "kein Kontakt" in decision.sentences["de"]


def test_private_owner_is_the_order_office_which_has_refused(city):
    """Two codes, one desk: what it refused does not come back under the other name."""
    issue = decided(city, candidate("ORD", 0.6), candidate("PRIV", 0.4))
    refuse(issue, named="STRNRW")
    decision = refusal_follow(issue_id=issue.pk)
    assert decision.authority.code == "STRNRW"
    issue = decided(city, candidate("ORD", 0.6), candidate("PRIV", 0.4))
    refuse(issue)
    assert refusal_follow(issue_id=issue.pk).authority is None


def test_second_refusal_goes_to_the_clearing_unit_and_never_round_again(city):
    unit = Department.objects.create(
        jurisdiction=city,
        names={"de": "Klärung", "en": "Clearing"},
        mail="klaerung@stadt.example",
        is_clearing=True,
    )
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(issue)
    refusal_follow(issue_id=issue.pk)
    sent()
    # The second one names the first: that one has said no already.
    refuse(issue, named="STRNRW")
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.authority) == (Outcome.TRIAGE, None)
    assert decision.sentences["de"].endswith("Darüber entscheidet jetzt: Klärung.")
    assert "Abgelehnt haben bisher: Straßen.NRW" in decision.sentences["de"]
    issue.refresh_from_db()
    assert (issue.department, issue.status, issue.has_news) == (unit, IssueStatus.TRIAGE, True)
    # The unit hears of it, once.
    assert (clearing_mails_send_due(), clearing_mails_send_due()) == (1, 0)
    [told] = [one for one in mail.outbox if one.to == ["klaerung@stadt.example"]]
    assert told.subject == f"[{issue.number}] Bitte entscheiden, wer zuständig ist"
    assert decision.sentences["de"] in told.body
    assert f"/triage/issues/{issue.number}/" in told.body
    # The unit sends it to one that had it: a person may. Then it comes back to the unit.
    decision_overrule(
        issue_id=issue.pk, authority="STRNRW", reason="doch", by=staff_create(), seen=3
    )
    sent()
    refuse(issue, named="AUTOBAHN")
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.authority.code) == (Outcome.PROPOSED, "AUTOBAHN")
    assert not Delivery.objects.filter(decision__issue=issue, authority__code="AUTOBAHN").exists()


def test_second_refusal_puts_the_contradicted_data_before_their_owner(city):
    first = candidate("STRNRW", 0.6) | {"narrowed": ["owner"]}
    issue = decided(city, first, candidate("KREIS66", 0.4))
    edition = Edition.objects.get(dataset=CadastreDataset.OWNERSHIP)
    ruled = current(issue)
    ruled.editions = {edition.dataset: edition.pk}
    ruled.save()
    refuse(issue, reason="Die Straße ist abgestuft, 02305 123456.")
    refusal_follow(issue_id=issue.pk)
    assert not Contradiction.objects.exists()
    sent()
    refuse(issue)
    refusal_follow(issue_id=issue.pk)
    opened = Contradiction.objects.get()
    assert (opened.edition, opened.authority.code) == (edition, "STRNRW")
    assert (opened.opened_by, opened.letter) == (None, None)
    assert opened.words.startswith("Die Straße ist abgestuft")
    assert "123456" not in opened.words


def test_city_without_a_clearing_unit_hears_that_it_lacks_one(city):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(issue)
    refusal_follow(issue_id=issue.pk)
    sent()
    refuse(issue)
    told = refusal_follow(issue_id=issue.pk).sentences
    assert told["de"].endswith(
        "Die Stadt hat keine Klärungsstelle benannt, darum entscheidet die Sichtung."
    )
    assert told["en"].endswith("The city has named no clearing unit, so triage decides.")


def test_nothing_follows_twice_nor_once_somebody_has_acted(city):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(issue)
    assert (refusals_follow_due(), refusals_follow_due()) == (1, 0)
    assert issue.decisions.count() == 2
    other = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    delivery = refuse(other)
    decision_overrule(issue_id=other.pk, authority="EUV", reason="so", by=staff_create(), seen=1)
    assert refusals_follow_due() == 0
    assert current(other).authority.code == "EUV"
    # A body that takes it back after all is not overtaken either.
    third = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    delivery = refuse(third)
    delivery_accepted(delivery=delivery, said=PARTNER)
    assert refusals_follow_due() == 0


def test_wrong_one_does_not_hold_up_the_others(city, monkeypatch, caplog):
    broken = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    fine = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(broken)
    refuse(fine)
    Decision.objects.filter(issue=broken).update(evidence={"doubts": []})
    assert refusals_follow_due() == 1
    assert current(fine).authority.code == "KREIS66"
    assert current(broken).number == 1
    assert "nothing followed" in caplog.text


def test_decision_after_a_refusal_is_noted(city):
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(issue)
    decision = refusal_follow(issue_id=issue.pk)
    event = issue.events.filter(kind=EventKind.DECIDED).latest("pk")
    assert event.detail == {"decision": decision.pk, "number": 2}
    # A person may have it decided anew by the rules.
    assert decision_renew(issue_id=issue.pk).number == 3


def test_what_a_former_body_had_stays_with_its_decision_when_one_is_renewed(city):
    """Else its refusal would count as one of the body that has the issue now."""
    issue = decided(city, candidate("STRNRW", 0.6), candidate("KREIS66", 0.4))
    refuse(issue)
    anew = refusal_follow(issue_id=issue.pk)
    sent()
    anew.pk, anew._state.adding = None, True
    decision_restate(issue=issue_locked(issue.pk), anew=anew, cause=DecisionCause.MOVED)
    assert [(one.authority.code, one.delivery.decision.number) for one in holders_of(issue.pk)] == [
        ("STRNRW", 1),
        ("KREIS66", 3),
    ]
    assert refusals_follow_due() == 0

"""Two people decide about one report at the same moment."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from routing.deciding.overrule import decision_overrule
from routing.errors import DecisionOutdated, RoutingError
from routing.models import Decision
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import city_make, report_make
from tests.routing.deciding.test_overrule import states


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_make_one_decision(tmp_path):
    city = city_make(tmp_path)
    issue = report_make(city, 1)
    clerks = [staff_create("eins"), staff_create("zwei")]
    start, outcomes = threading.Barrier(2), []

    def decide(clerk, code):
        try:
            start.wait(10)
            decision_overrule(issue_id=issue.pk, authority=code, reason="x", by=clerk, seen=1)
        except RoutingError as error:
            outcomes.append(type(error))
        else:
            outcomes.append(code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=pair)
        for pair in zip(clerks, ("UNB", "UAB"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    [winner] = [one for one in outcomes if isinstance(one, str)]
    assert [one for one in outcomes if one != winner] == [DecisionOutdated]
    assert Decision.objects.filter(issue=issue).count() == 2
    assert [code for number, code, _state in states(issue) if number == 2] == [winner]

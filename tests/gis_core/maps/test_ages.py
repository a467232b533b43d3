"""How long a service's answer may be shown, by its headers."""

from __future__ import annotations

import pytest

from gis_core.maps.ages import LONGEST_S, fresh_seconds, may_be_kept

DATE = {"date": "Sat, 28 Nov 2026 10:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 99),
        ({"cache-control": "public"}, 99),
        ({"cache-control": "public, max-age=60"}, 60),
        ({"cache-control": 'Max-Age = "60"'}, 60),
        ({"cache-control": "max-age=60, s-maxage=30"}, 30),
        ({"cache-control": "max-age=60", "age": "20"}, 40),
        ({"cache-control": "max-age=60", "age": "70"}, 0),
        ({"cache-control": "max-age=-1"}, 99),
        ({"cache-control": "max-age=viel"}, 99),
        ({"cache-control": "max-age=²"}, 99),
        ({"cache-control": "max-age=99999999999"}, LONGEST_S),
        ({"cache-control": "no-cache, max-age=60"}, 0),
        ({**DATE, "expires": "Sat, 28 Nov 2026 11:00:00 GMT"}, 3600),
        ({**DATE, "expires": "Sat, 28 Nov 2026 09:00:00 GMT"}, 0),
        ({**DATE, "expires": "Sat, 28 Nov 2026 11:00:00 GMT", "cache-control": "max-age=5"}, 5),
        ({**DATE, "expires": "0"}, 0),
        ({**DATE, "expires": "-1"}, 0),
        ({"expires": "Sat, 28 Nov 2026 11:00:00 GMT"}, 0),
    ],
)
def test_fresh_seconds_by_the_services_words(headers, seconds):
    assert fresh_seconds(headers, usual_s=99) == seconds


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({}, True),
        ({"cache-control": "no-cache"}, True),
        ({"cache-control": "private, no-store"}, False),
    ],
)
def test_may_be_kept_unless_the_service_forbids_it(headers, may):
    assert may_be_kept(headers) is may

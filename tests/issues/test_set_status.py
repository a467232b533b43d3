"""The command that moves an issue along its life."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from issues.enums import IssueStatus


def test_closes_with_a_reason(make_issue, capsys):
    issue = make_issue()
    call_command("set_status", issue.number, "done", reason="repaired", note="Danke.")
    issue.refresh_from_db()
    assert (issue.status, issue.closing_reason.code) == (IssueStatus.DONE, "repaired")
    assert capsys.readouterr().out == f"{issue.number}: done\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("CAS-2026-999999", "done"), "There is no issue"),
        (("{number}", "done"), "Grund"),
        (("{number}", "done", "--reason=nix"), "There are: "),
        (("{number}", "received"), "received|eingegangen"),
    ],
)
def test_says_what_is_wrong(make_issue, arguments, told):
    issue = make_issue()
    if arguments[1] == "received":
        call_command("set_status", issue.number, "in_progress", verbosity=0)
    with pytest.raises(CommandError, match=told):
        call_command("set_status", *(one.format(number=issue.number) for one in arguments))

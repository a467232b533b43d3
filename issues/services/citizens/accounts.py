"""What an account of a citizen holds, and its end. Nothing of it is an account of the staff (ADR 28)."""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.models import AccountNotice, Citizen, SignInCode
from issues.services.reporting.export import IN_MEMORY, data_export
from issues.services.reporting.mine import reports_of_citizen
from issues.services.retention.asking import data_erase

CONTACT: Final = ("first_name", "last_name", "phone")


def citizen_by_email(*, jurisdiction: Jurisdiction, email: str) -> Citizen:
    """The account of a mail address that was proved just now; a new one, if there is none."""
    found, _is_new = Citizen.objects.get_or_create(
        jurisdiction=jurisdiction, email=email, defaults={"used_at": timezone.now()}
    )
    return found


@transaction.atomic
def citizen_by_server(
    *, jurisdiction: Jurisdiction, subject: str, email: str, names: Mapping[str, str]
) -> Citizen:
    """The account of whoever another server vouches for; a new one, if there is none.

    `subject` names the person and the server, `email` is an address that the server has verified, or "". An account
    of that address becomes the person's, unless it is another person's of that server. Of an account that is known
    the names stay as they are.
    """
    address = email.strip().lower()
    known = Citizen.objects.filter(jurisdiction=jurisdiction)
    found = known.filter(subject=subject).first()
    if found is not None:
        return found
    same = known.select_for_update().filter(email=address).first() if address else None
    if same is not None and not same.subject:
        same.subject = subject
        same.save(update_fields=["subject"])
        return same
    given = {name: names.get(name, "")[:100] for name in ("first_name", "last_name")}
    made, _is_new = Citizen.objects.get_or_create(
        jurisdiction=jurisdiction,
        subject=subject,
        defaults={"email": "" if same else address, "used_at": timezone.now(), **given},
    )
    return made


def citizen_by_mark(mark: uuid.UUID) -> Citizen | None:
    """The account of a session."""
    found = Citizen.objects.select_related("jurisdiction").defer("jurisdiction__boundary")
    return found.filter(session_mark=mark).first()


def citizen_use(citizen: Citizen) -> None:
    """Somebody signed in with it just now: it is not near its end any longer."""
    AccountNotice.objects.filter(citizen=citizen).delete()
    Citizen.objects.filter(pk=citizen.pk).update(used_at=timezone.now())


def citizen_sessions_end(citizen: Citizen) -> None:
    """Signs the account out everywhere."""
    Citizen.objects.filter(pk=citizen.pk).update(session_mark=uuid.uuid4())


def citizen_save(citizen: Citizen, contact: Mapping[str, str]) -> None:
    """Keeps the contact that the next report begins with; a form has checked it."""
    Citizen.objects.filter(pk=citizen.pk).update(**{name: contact[name] for name in CONTACT})


def citizen_export(citizen: Citizen, recipients: Mapping[int, Sequence[str]]) -> IO[bytes]:
    """A ZIP of the account and of each of its reports (Art. 15 and 20 GDPR), to be read from its beginning.

    `recipients`: the public names of those who got a report, by its key.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        reports = list(reports_of_citizen(citizen).select_related("jurisdiction"))
        told = json.dumps(
            _facts(citizen, [one.number for one in reports]),
            cls=DjangoJSONEncoder,
            ensure_ascii=False,
            indent=2,
        )
        archive.writestr("account.json", told)
        for issue in reports:
            with data_export(issue, recipients=recipients.get(issue.pk, [])) as content:
                archive.writestr(f"{issue.number}.zip", content.read())
    file.seek(0)
    return file


def _facts(citizen: Citizen, numbers: Sequence[str]) -> dict[str, Any]:
    return {
        "made_at": timezone.now(),
        "controller": citizen.jurisdiction.public_name,
        **model_to_dict(citizen, ["email", "subject", *CONTACT]),
        "created_at": citizen.created_at,
        "used_at": citizen.used_at,
        "passkeys": list(citizen.passkeys.values("name", "created_at")),
        "reports": list(numbers),
    }


@transaction.atomic
def citizen_erase(citizen: Citizen, *, with_contact: bool) -> None:
    """Ends the account with its keys, codes and sessions. The reports stay, `with_contact` without who reported.

    What a legal hold stands against follows when the hold has ended (`data_erase`).
    """
    if with_contact:
        for issue in reports_of_citizen(citizen):
            data_erase(issue=issue, released_photos=False)
    codes = SignInCode.objects.filter(jurisdiction=citizen.jurisdiction_id, email=citizen.email)
    codes.exclude(email="").delete()
    Citizen.objects.filter(pk=citizen.pk).delete()

"""Everything that can be wrong with a report or a request, each with a name.

`code` is the HTTP status and the code of the Open311 answer (GeoReport v2, "Errors").
"""

from __future__ import annotations

from collections.abc import Sequence


class IssuesError(Exception):
    """The base of all errors of this app. `field` is the parameter that it is about, if one."""

    code = 400

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def errors(self) -> Sequence[IssuesError]:
        """The single errors; more than one only in `ReportInvalid`."""
        return (self,)


class ReportInvalid(IssuesError):
    """Several things are wrong with one report."""

    def __init__(self, errors: Sequence[IssuesError]) -> None:
        super().__init__(" ".join(error.message for error in errors))
        self._errors = tuple(errors)
        self.code = self._errors[0].code

    @property
    def errors(self) -> Sequence[IssuesError]:
        return self._errors


# --- Work of the house -------------------------------------------------------------------------------
class ReasonMissing(IssuesError):
    """A state that needs a reason of the city's list, and none was given, or none of that state."""


class PlaceholderUnknown(IssuesError):
    """A text to reporters holds a placeholder that does not exist."""


class PlaceholderEmpty(IssuesError):
    """A placeholder has no value for this issue."""


class ReporterMissing(IssuesError):
    """Nobody can be written to: the reporter left no e-mail address."""


class HoldRefused(IssuesError):
    """A legal hold stands already, or its day lies behind or too far ahead."""


class PeriodRefused(IssuesError):
    """A period of the law runs already, the category knows none, or its notice was put up on an impossible day."""


class ReporterRefused(IssuesError):
    """What whoever reported wants is not possible any more: the report is closed, or the time for it is over."""

    code = 409


class OpinionRefused(IssuesError):
    """An open report cannot be “not done”, nor a closed one “done” or seen."""

    code = 409


class InquiryClosed(IssuesError):
    """The question was answered, taken back, or its time is over; or another one is open."""

    code = 409


class MergeRefused(IssuesError):
    """Reports that cannot be put together, or that are not together."""

    code = 409


class IssueChanged(IssuesError):
    """Somebody else acted on the issue meanwhile."""

    code = 409


class IssueOutdated(IssueChanged):
    """What a clerk wants to write over is no longer what they looked at."""


class MailGone(IssuesError):
    """Somebody dealt with the mail meanwhile, or nothing of it is kept."""

    code = 409


class FileRefused(IssuesError):
    """A file that is not taken: too large, of a kind that is not wanted, or empty."""


# --- Whose report, about what -----------------------------------------------------------------------
class JurisdictionMissing(IssuesError):
    """Several jurisdictions are served and none is named."""


class JurisdictionUnknown(IssuesError):
    code = 404


class ServiceMissing(IssuesError):
    """No service_code."""


class ServiceUnknown(IssuesError):
    """The service_code is unknown, or no longer offered."""

    code = 404


class IssueUnknown(IssuesError):
    """No such issue, or none that the asking party may see."""

    code = 404


class KeyRefused(IssuesError):
    """The api_key is missing, unknown, switched off or of another jurisdiction."""

    code = 403


class ReporterUnconfirmed(IssuesError):
    """The category wants to know who reports, and the sender does not confirm it."""

    code = 403


# --- Where ------------------------------------------------------------------------------------------
class LocationMissing(IssuesError):
    pass


class LocationNotANumber(IssuesError):
    pass


class LocationOutOfRange(IssuesError):
    """Latitude beyond ±90, longitude beyond ±180."""


class LocationOutside(IssuesError):
    """Further outside the boundary than the jurisdiction accepts."""


class LocationSwapped(LocationOutside):
    """As sent it is outside; with latitude and longitude exchanged it would be inside."""


class GeodataMissing(IssuesError):
    """The jurisdiction has no boundary yet, so nothing can be placed."""


class AddressUnknown(IssuesError):
    """The address text or parcel key is not found."""


class AccuracyInvalid(IssuesError):
    """Not a number of metres from 0 to 5000."""


# --- What -------------------------------------------------------------------------------------------
class TextNotClean(IssuesError):
    """Control characters that no text needs and XML cannot carry."""


class TextTooLong(IssuesError):
    pass


class AnswerUnknown(IssuesError):
    """An answer to a question which the category does not ask."""


class AnswerInvalid(IssuesError):
    pass


class AnswerMissing(IssuesError):
    pass


class EmailInvalid(IssuesError):
    pass


class SignInRefused(IssuesError):
    """A code or a passkey lets nobody in: it is wrong, over, used, or another city's."""


class PhotoRefused(IssuesError):
    """Not a photo, of a kind that is not taken, damaged, too large or one too many; the report is taken without it."""


class MediaUrlInvalid(PhotoRefused):
    """No address that a photo could be fetched from."""


class SenderKeyInvalid(IssuesError):
    """An Idempotency-Key that is too long or not plain ASCII."""


class SenderKeyReused(IssuesError):
    """The sender's key was used before, for a report with other content."""

    code = 409


# --- The life of an issue ---------------------------------------------------------------------------
class StatusNotReachable(IssuesError):
    """The workflow knows no such step."""

    code = 409


class ReleaseRefused(IssuesError):
    """Issues of this category are never public, nobody has placed the issue, or a photo is not of this issue."""

    code = 409


class PhotoEditRefused(IssuesError):
    """The photo is not there any more, or there are too many boxes."""

    code = 409


class ReleaseOutdated(IssuesError):
    """The report or what is public of it changed after it was looked at."""

    code = 409


# --- The request itself -----------------------------------------------------------------------------
class RequestMalformed(IssuesError):
    """The body cannot be read as what it says it is, or a parameter of a list makes no sense."""


class PathUnknown(IssuesError):
    code = 404


class MethodNotAllowed(IssuesError):
    code = 405

    def __init__(self, message: str, *, allowed: str) -> None:
        super().__init__(message)
        self.allowed = allowed


class LengthMissing(IssuesError):
    """A body sent in chunks: without its length it cannot be read here."""

    code = 411


class RequestTooLarge(IssuesError):
    code = 413


class MediaTypeUnsupported(IssuesError):
    code = 415


class RequestsTooMany(IssuesError):
    """More requests than agreed; `retry_after` is in seconds."""

    code = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CategoriesUnreadable(IssuesError):
    """A file of categories or questions is not as it should be; the message names file, row and cause."""


class SubjectUnknown(IssuesError):
    """What somebody wants to follow does not exist, or not in this city."""


# --- Master data ------------------------------------------------------------------------------------
class EntryInvalid(IssuesError):
    """An entry of the master data is not as it should be; `field` names the field of the model, if one."""


class EntryChanged(IssuesError):
    """Somebody else changed or removed the entry after it was looked at."""

    code = 409


class EntryInUse(IssuesError):
    """The entry is named elsewhere: it is switched off and never removed."""

    code = 409


class ContactVague(IssuesError):
    """What somebody looks for fits too many reporters, or is no contact."""


# --- People -----------------------------------------------------------------------------------------
class PersonKnown(IssuesError):
    """Somebody has this mail address already."""

    code = 409


class PersonOutOfReach(IssuesError):
    """Whoever manages people of one jurisdiction cannot switch off an account that works in another."""

    code = 403


class DepartmentElsewhere(IssuesError):
    """The department is of another jurisdiction than the role, or the role is not about issues."""


class DepartmentInUse(IssuesError):
    """Somebody's role is limited to the department."""

    code = 409

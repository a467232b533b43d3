"""Enumerations of issues."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class IssueStatus(models.TextChoices):
    """Where the work on an issue stands; `issues/life.csv` says what may follow what.

    Open311 knows only open and closed.
    """

    RECEIVED = "received", _("received")
    TRIAGE = "triage", pgettext_lazy("state", "being looked at")
    FORWARDED = "forwarded", _("passed on")
    ACCEPTED = "accepted", pgettext_lazy("state", "accepted")
    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    REJECTED = "rejected", _("not pursued")
    DUPLICATE = "duplicate", pgettext_lazy("state", "reported before")
    UNREACHABLE = "unreachable", pgettext_lazy("state", "closed without an answer")

    @property
    def is_closed(self) -> bool:
        return self in CLOSED


CLOSED: Final = frozenset(
    {
        IssueStatus.DONE,
        IssueStatus.REJECTED,
        IssueStatus.DUPLICATE,
        IssueStatus.UNREACHABLE,
    }
)
# While a sheltered issue is in one of these states, they look alike from outside: what is seen is RECEIVED.
QUIET: Final = (
    IssueStatus.RECEIVED,
    IssueStatus.TRIAGE,
    IssueStatus.FORWARDED,
    IssueStatus.ACCEPTED,
)


class Priority(models.IntegerChoices):
    """How pressing an issue is to the house; nobody outside sees it."""

    LOW = 1, pgettext_lazy("priority", "low")
    NORMAL = 2, pgettext_lazy("priority", "normal")
    HIGH = 3, pgettext_lazy("priority", "high")


class ReplyState(models.TextChoices):
    """Where a message to the reporter stands."""

    QUEUED = "queued", pgettext_lazy("reply", "to be sent")
    SENT = "sent", pgettext_lazy("reply", "sent")
    FAILED = "failed", pgettext_lazy("reply", "not sent")
    CANCELLED = "cancelled", pgettext_lazy("reply", "taken back")


class StepState(models.TextChoices):
    """What became of one issue in a step."""

    WAITING = "waiting", pgettext_lazy("step", "waiting")
    DONE = "done", pgettext_lazy("step", "done")
    REFUSED = "refused", pgettext_lazy("step", "left alone")
    UNDONE = "undone", pgettext_lazy("step", "taken back")


class Channel(models.TextChoices):
    """How a report came in."""

    OPEN311 = "open311", "Open311"
    WEB = "web", _("web form")
    STAFF = "staff", _("staff")
    MAIL = "mail", _("e-mail")
    PHONE = "phone", pgettext_lazy("channel", "telephone")
    COUNTER = "counter", pgettext_lazy("channel", "counter")
    LETTER = "letter", pgettext_lazy("channel", "letter")


class ReporterCheck(models.TextChoices):
    """What a city wants to know of whoever reports on its pages, by category."""

    NOBODY = "nobody", pgettext_lazy("reporter check", "anybody, also without a name")
    MAIL = "mail", pgettext_lazy("reporter check", "with a confirmed e-mail address")
    ACCOUNT = "account", pgettext_lazy("reporter check", "with an account")


class LocationSource(models.TextChoices):
    """How the location was found; it is stored beside the location."""

    COORDINATES = "coordinates", _("coordinates")
    ADDRESS = "address", _("address")
    PARCEL = "parcel", _("parcel key")
    PHOTO = "photo", _("photo")
    # Coordinates that staff gave: the sender's accuracy says nothing of them.
    MAP = "map", _("set by staff on the map")
    # Only the text of an address that the cadastre does not know: a person has to place it (ADR 14).
    UNPLACED = "unplaced", _("not placed yet")


class RoadPart(models.TextChoices):
    """The part of the road a category is about (column `part` of the decision matrix)."""

    CARRIAGEWAY = "carriageway", _("carriageway")
    FOOTWAY = "footway", _("footway")
    CYCLE_OWN = "cycle_own", _("cycle path")
    CYCLE_SHARED = "cycle_shared", _("shared foot and cycle path")
    PARKING = "parking", _("parking area")
    BUS_BAY = "bus_bay", _("bus bay")
    EQUIP = "equip", _("equipment")
    LIGHTING = "lighting", _("lighting")
    DRAINAGE = "drainage", _("drainage")
    GREEN = "green", _("greenery")
    STRUCTURE = "structure", _("structure")


class Pictogram(models.TextChoices):
    """What a group of categories is drawn with on maps, a symbol of `mapui/pictograms.svg`; none is a dot."""

    EMERGENCY = "emergency", _("emergency")
    ROAD = "road", _("road")
    SIGN = "sign", _("sign")
    LIGHT = "light", _("lamp")
    WATER = "water", _("drop of water")
    POWER = "power", _("flash")
    TRANSPORT = "transport", _("bus")
    GREEN = "green", _("tree")
    WASTE = "waste", _("waste bin")
    ORDER = "order", _("shield")
    WINTER = "winter", _("snowflake")
    BUILDING = "building", _("building")


class AttributeType(models.TextChoices):
    """Data types of Open311 attributes (GeoReport v2)."""

    STRING = "string", _("line of text")
    NUMBER = "number", _("number")
    DATETIME = "datetime", _("date and time")
    TEXT = "text", _("text")
    SINGLEVALUELIST = "singlevaluelist", _("one of a list")
    MULTIVALUELIST = "multivaluelist", _("several of a list")


class EventKind(models.TextChoices):
    """What can happen to an issue; events are appended, never edited."""

    RECEIVED = "received", _("received")
    PHOTO_ADDED = "photo_added", _("photo added")
    PHOTO_REFUSED = "photo_refused", _("photo refused")
    DECIDED = "decided", _("responsibility decided")
    FORWARDED = "forwarded", _("passed on")
    RELEASED = "released", _("released")
    WITHDRAWN = "withdrawn", _("release withdrawn")
    STATUS_CHANGED = "status_changed", _("status changed")
    MOVED = "moved", _("place changed")
    RECATEGORISED = "recategorised", _("category changed")
    ANSWERED = "answered", _("answers changed")
    ASSIGNED = "assigned", pgettext_lazy("event", "given to somebody")
    PRIORITY = "priority", pgettext_lazy("event", "priority changed")
    FOLLOW_UP = "follow_up", pgettext_lazy("event", "follow-up changed")
    NOTED = "noted", pgettext_lazy("event", "note written")
    TICKED = "ticked", pgettext_lazy("event", "checklist changed")
    ATTACHED = "attached", pgettext_lazy("event", "file attached")
    REPLIED = "replied", pgettext_lazy("event", "reporter told")
    ASKED = "asked", pgettext_lazy("event", "reporter asked")
    HEARD = "heard", pgettext_lazy("event", "reporter answered")
    MERGED = "merged", pgettext_lazy("event", "put to another report")
    UNMERGED = "unmerged", pgettext_lazy("event", "taken from the other report")
    SPLIT = "split", pgettext_lazy("event", "split")
    CONTACT_SEEN = "contact_seen", pgettext_lazy("event", "contact looked at")
    UNDONE = "undone", pgettext_lazy("event", "step taken back")
    PHOTO_EDITED = "photo_edited", _("photo turned or blackened")
    PHOTO_ERASED = "photo_erased", _("original of a photo erased")
    DOUBTED = "doubted", pgettext_lazy("event", "several people say that it is not done")
    RATED = "rated", pgettext_lazy("event", "reporter rated")
    CALL_CHANGED = "call_changed", pgettext_lazy("event", "consent to calls changed")
    CONTACT_ERASED = "contact_erased", pgettext_lazy("event", "contact erased")
    ANONYMISED = "anonymised", pgettext_lazy("event", "texts and photos erased")
    HELD = "held", pgettext_lazy("event", "erasing stopped")
    HOLD_ENDED = "hold_ended", pgettext_lazy("event", "erasing allowed again")
    RESPONDED = "responded", pgettext_lazy("event", "authority answered")
    STATUTORY = "statutory", pgettext_lazy("event", "period set by law")
    OVERDUE = "overdue", pgettext_lazy("event", "authority let its day go by")


# What happens inside the house: nobody outside hears that it happened.
INTERNAL: Final = (
    EventKind.ASSIGNED,
    EventKind.PRIORITY,
    EventKind.FOLLOW_UP,
    EventKind.NOTED,
    EventKind.TICKED,
    EventKind.ATTACHED,
    EventKind.REPLIED,
    EventKind.ASKED,
    EventKind.HEARD,
    EventKind.CONTACT_SEEN,
    EventKind.DOUBTED,
    EventKind.RATED,
    EventKind.CALL_CHANGED,
    EventKind.CONTACT_ERASED,
    EventKind.HELD,
    EventKind.HOLD_ENDED,
    # What a body says is the house's own until a clerk passes it on; the state that follows is an event of its own.
    EventKind.RESPONDED,
    EventKind.OVERDUE,
    EventKind.STATUTORY,
)
# What a decision rests on has changed.
CHANGES = (EventKind.MOVED, EventKind.RECATEGORISED, EventKind.ANSWERED)
# What moves an issue from state to state.
STEPS: Final = (EventKind.STATUS_CHANGED, EventKind.UNDONE)


class PhotoStatus(models.TextChoices):
    PENDING = "pending", _("to be fetched")
    STORED = "stored", _("stored")
    REFUSED = "refused", _("refused")
    ERASED = "erased", _("erased")


class PhotoOrigin(models.TextChoices):
    """Who took a photo: the reporter of the issue, the city's staff at work, an authority with its answer."""

    REPORTER = "reporter", pgettext_lazy("photo", "from the reporter")
    STAFF = "staff", pgettext_lazy("photo", "from the staff")
    AUTHORITY = "authority", pgettext_lazy("photo", "from the authority")


class FindingKind(models.TextChoices):
    """What in a text tells who somebody is; the word stands in its place where the text is public."""

    TELEPHONE = "telephone", pgettext_lazy("masked", "telephone number")
    MAIL = "mail", pgettext_lazy("masked", "e-mail address")
    IBAN = "iban", pgettext_lazy("masked", "bank details")
    PLATE = "plate", pgettext_lazy("masked", "number plate")
    NAME = "name", pgettext_lazy("masked", "name")
    ACCOUNT = "account", pgettext_lazy("masked", "account name")


class Role(models.TextChoices):
    """A bundle of rights that people are given, by what somebody does all day (`issues.rights`)."""

    TRIAGE = "triage", pgettext_lazy("role", "Triage")
    CASEWORK = "casework", pgettext_lazy("role", "Casework")
    RELEASE = "release", pgettext_lazy("role", "Release")
    DECISION = "decision", pgettext_lazy("role", "Decision")
    INFORMATION = "information", pgettext_lazy("role", "Information (looks only)")
    GEODATA = "geodata", pgettext_lazy("role", "Geodata")
    RULES = "rules", pgettext_lazy("role", "Rules")
    PEOPLE = "people", pgettext_lazy("role", "Personnel")
    HOUSE = "house", pgettext_lazy("role", "Master data")


# Roles that are about issues, and so may be limited to the categories of a department.
ROLES_OF_ISSUES = (Role.TRIAGE, Role.CASEWORK, Role.RELEASE, Role.DECISION, Role.INFORMATION)


class Density(models.TextChoices):
    """How closely the pages of the staff are set."""

    COMPACT = "compact", pgettext_lazy("density", "compact")
    COMFORTABLE = "comfortable", pgettext_lazy("density", "comfortable")


class PeopleEventKind(models.TextChoices):
    """What can happen to people, their roles and departments; events are appended, never edited."""

    INVITED = "invited", _("invited")
    JOINED = "joined", _("followed the invitation")
    ROLE_GIVEN = "role_given", _("role given")
    ROLE_TAKEN = "role_taken", _("role taken away")
    DEACTIVATED = "deactivated", _("account switched off")
    ACTIVATED = "activated", _("account switched on")
    DEPARTMENT_STORED = "department_stored", _("department stored")
    DEPARTMENT_REMOVED = "department_removed", _("department removed")


class HousePart(models.TextChoices):
    """What a city keeps itself, on the pages of the master data (Stammdaten)."""

    CATEGORY = "category", pgettext_lazy("house", "category")
    QUESTION = "question", pgettext_lazy("house", "question")
    CLOSING_REASON = "closing_reason", pgettext_lazy("house", "reason for closing")
    REPLY = "reply", pgettext_lazy("house", "text to reporters")
    CHECKLIST = "checklist", pgettext_lazy("house", "item of a checklist")
    CLOSED_DAY = "closed_day", pgettext_lazy("house", "closed day")
    LEGAL = "legal", pgettext_lazy("house", "legal page")
    RETENTION = "retention", pgettext_lazy("house", "period of retention")


class LegalKind(models.TextChoices):
    """What has to be reachable from every page."""

    IMPRINT = "imprint", pgettext_lazy("legal", "Imprint")
    PRIVACY = "privacy", pgettext_lazy("legal", "Privacy")
    ACCESSIBILITY = "accessibility", pgettext_lazy("legal", "Accessibility")


class HouseAction(models.TextChoices):
    """What can happen to master data."""

    ADDED = "added", pgettext_lazy("house", "added")
    CHANGED = "changed", pgettext_lazy("house", "changed")
    REMOVED = "removed", pgettext_lazy("house", "removed")


class RetentionKind(models.TextChoices):
    """What is erased by itself after a period that the city sets; the days are counted from what the label says.

    NOTICE erases nothing: so many days before an account goes its owner is told.
    """

    UNCONFIRMED = "unconfirmed", pgettext_lazy("retention", "reports that nobody confirmed")
    CONTACT = "contact", pgettext_lazy("retention", "contact, after the report was closed")
    ORIGINAL = "original", pgettext_lazy("retention", "originals of photos, after their release")
    ACCOUNT = "account", pgettext_lazy("retention", "accounts, after their last use")
    NOTICE = (
        "notice",
        pgettext_lazy("retention", "e-mail to the owner, before an account is erased"),
    )
    UNRELEASED = (
        "unreleased",
        pgettext_lazy("retention", "photos that nobody released, after the report was closed"),
    )
    REPORT = "report", pgettext_lazy("retention", "texts and photos, after the report was closed")


class ErasedKind(models.TextChoices):
    """What an entry of the deletion log counts."""

    REPORT = "report", pgettext_lazy("erased", "unconfirmed report")
    CONTACT = "contact", pgettext_lazy("erased", "contact")
    MAIL = "mail", pgettext_lazy("erased", "message")
    ORIGINAL = "original", pgettext_lazy("erased", "original of a photo")
    PHOTO = "photo", pgettext_lazy("erased", "photo")
    TEXT = "text", pgettext_lazy("erased", "text")
    FILE = "file", pgettext_lazy("erased", "file of the house")
    ACCOUNT = "account", pgettext_lazy("erased", "account")
    WORDS = "words", pgettext_lazy("erased", "words of an authority")


class ReporterNews(models.TextChoices):
    """What the apps above hear of a reporter's steps (`issues.signals.reporter_changed`)."""

    CALL_ALLOWED = "call_allowed", pgettext_lazy("reporter", "may be phoned")
    CALL_REFUSED = "call_refused", pgettext_lazy("reporter", "may no longer be phoned")
    ERASED = "erased", pgettext_lazy("reporter", "contact erased")
    WITHDRAWN = "withdrawn", pgettext_lazy("reporter", "report withdrawn")
    RESUMED = "resumed", pgettext_lazy("reporter", "withdrawal taken back")


class MailState(models.TextChoices):
    """What became of a mail that came into the mailbox."""

    READING = "reading", pgettext_lazy("mail", "being read")
    ISSUE = "issue", pgettext_lazy("mail", "taken in as a report")
    ANSWER = "answer", pgettext_lazy("mail", "put to a report as an answer")
    BOUNCE = "bounce", pgettext_lazy("mail", "told that a message did not arrive")
    REPEAT = "repeat", pgettext_lazy("mail", "came before")
    ASIDE = "aside", pgettext_lazy("mail", "set aside")
    DISMISSED = "dismissed", pgettext_lazy("mail", "looked at, no report")


class MailReason(models.TextChoices):
    """Why a mail is set aside."""

    PROGRAM = "program", pgettext_lazy("mail", "A program sent it, nobody wrote it.")
    LIST = "list", pgettext_lazy("mail", "It went to many at once, or over a mailing list.")
    OWN = "own", pgettext_lazy("mail", "It comes from our own address.")
    LARGE = "large", pgettext_lazy("mail", "It is too large.")
    EMPTY = "empty", pgettext_lazy("mail", "Nothing stands in it.")
    UNREADABLE = "unreadable", pgettext_lazy("mail", "It cannot be read.")
    REFUSED = "refused", pgettext_lazy("mail", "No report can be made of it.")


class FollowKind(models.TextChoices):
    """What somebody follows."""

    ISSUE = "issue", pgettext_lazy("follow", "one report")
    STREET = "street", pgettext_lazy("follow", "a street")
    AREA = "area", pgettext_lazy("follow", "an area")
    PARCEL = "parcel", pgettext_lazy("follow", "a parcel")
    CATEGORY = "category", pgettext_lazy("follow", "a category")


class Frequency(models.TextChoices):
    """How often a follower is written to."""

    AT_ONCE = "at_once", pgettext_lazy("follow", "at once, within a few minutes")
    DAILY = "daily", pgettext_lazy("follow", "once a day")
    WEEKLY = "weekly", pgettext_lazy("follow", "once a week")


class LetterKind(models.TextChoices):
    """What a letter to a follower is for."""

    CONFIRM = "confirm", pgettext_lazy("follow", "confirming")
    NEWS = "news", pgettext_lazy("follow", "news")
    LIST = "list", pgettext_lazy("follow", "link to what is followed")


class LetterState(models.TextChoices):
    """Where a letter stands; one that was sent is erased."""

    QUEUED = "queued", pgettext_lazy("follow", "to be sent")
    SENDING = "sending", pgettext_lazy("follow", "being handed over")

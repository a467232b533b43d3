"""Enumerations of routing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoadClass(models.TextChoices):
    """Road classes of the decision matrix, highest first; NONE means that no road is concerned."""

    A = "A", _("motorway")
    B = "B", _("federal road")
    L = "L", _("state road")
    K = "K", _("county road")
    G = "G", _("municipal road")
    S = "S", _("other public way")
    P = "P", _("private way")
    NONE = "N", _("no road")


class ThroughRoadState(models.TextChoices):
    """Whether a place lies inside the through-road stretch (Ortsdurchfahrt) or built-up area."""

    IN = "in", _("inside")
    OUT = "out", _("outside")
    UNKNOWN = "unknown", _("unknown")


class StretchStatus(models.TextChoices):
    FIXED = "fixed", _("fixed")
    UNKNOWN = "unknown", _("limits unknown")


class AreaKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("municipality")
    NEIGHBOUR = "neighbour", _("neighbouring municipality")
    BUILT_UP = "built_up", _("built-up area")
    DISTRICT = "district", _("district")


class TrackKind(models.TextChoices):
    """Railways and trams: the law gives them unequal shares of a level crossing."""

    RAIL = "rail", pgettext_lazy("track", "railway")
    TRAM = "tram", _("tram")


class AuthorityKind(models.TextChoices):
    """What kind of body an authority is: the hue of its chip (at most eight can be told apart)."""

    CITY = "city", pgettext_lazy("authority", "city")
    COUNTY = "county", pgettext_lazy("authority", "county")
    STATE = "state", pgettext_lazy("authority", "state")
    FEDERAL = "federal", pgettext_lazy("authority", "federal government")
    WATER = "water", pgettext_lazy("authority", "water association")
    TRANSPORT = "transport", pgettext_lazy("authority", "rail or bus company")
    UTILITY = "utility", pgettext_lazy("authority", "utility")
    OTHER = "other", pgettext_lazy("authority", "somebody else")


class RuleSetStatus(models.TextChoices):
    """ACTIVE counts from its `valid_from` on, until a later one does; RETIRED was taken back by a person."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", pgettext_lazy("state", "active")
    RETIRED = "retired", _("taken back")


class RuleSetPhase(models.TextChoices):
    """What a rule set is on a day; SUPERSEDED by one that counts from a later day, or by a higher version."""

    DRAFT = "draft", _("draft")
    SCHEDULED = "scheduled", _("scheduled")
    IN_EFFECT = "in_effect", _("in effect")
    SUPERSEDED = "superseded", _("superseded")
    RETIRED = "retired", _("taken back")


class Outcome(models.TextChoices):
    """ASSIGNED is sent by itself; PROPOSED waits for a clerk's word; ASKED for the reporter's answer."""

    ASSIGNED = "assigned", _("assigned")
    PROPOSED = "proposed", _("proposed")
    ASKED = "asked", _("reporter asked")
    TRIAGE = "triage", _("to be triaged")


class DecisionCause(models.TextChoices):
    """Why a decision was made at this moment."""

    RECEIVED = "received", _("issue received")
    RENEWED = "renewed", _("decided anew")
    MOVED = "moved", _("place changed")
    RECATEGORISED = "category", _("category changed")
    ANSWERED = "answered", _("question answered")
    TOLD = "told", _("a map service answered")
    OVERRULED = "overruled", _("decided by a person")
    REFUSED = "refused", pgettext_lazy("cause", "an authority refused")


class TrialState(models.TextChoices):
    """Of a trial run, and of a measurement of the coverage on the ground, which nobody cancels."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class GroundVerdict(models.TextChoices):
    """What reports from a kind of ground come to.

    CLEAR: sent or proposed to one body. DOUBT: a person chooses from the bodies named. PERSON: a rule leaves it to a
    person on purpose. NOBODY: no rule at all, or only the last one for everything.
    """

    CLEAR = "clear", pgettext_lazy("coverage", "clear")
    DOUBT = "doubt", pgettext_lazy("coverage", "doubt")
    PERSON = "person", pgettext_lazy("coverage", "a person on purpose")
    NOBODY = "nobody", pgettext_lazy("coverage", "nobody")


class ChannelKind(models.TextChoices):
    """The channels of this program by name; a package may bring more (`routing.forwarding.channels`)."""

    MAIL = "mail", _("e-mail")
    OPEN311 = "open311", "Open311"
    WEBHOOK = "webhook", "Webhook"
    HAND = "hand", _("by hand")


class Part(models.TextChoices):
    """What of a report may leave the house; number, category, time, coordinates and link always do."""

    TEXT = "text", pgettext_lazy("part", "text of whoever reported")
    ANSWERS = "answers", pgettext_lazy("part", "answers to our questions")
    ADDRESS = "address", pgettext_lazy("part", "address")
    PARCEL = "parcel", pgettext_lazy("part", "parcel")
    PHOTOS = "photos", pgettext_lazy("part", "photos")
    SHEET = "sheet", pgettext_lazy("part", "evidence sheet")
    REASON = "reason", pgettext_lazy("part", "reason and legal basis")


class DeliveryKind(models.TextChoices):
    RESPONSIBLE = "responsible", _("to act")
    COPY = "copy", _("for information")


class NoticeKind(models.TextChoices):
    """What an authority hears after the report itself: about whoever reported, and what became of the report."""

    CALL = "call", pgettext_lazy("notice", "may be phoned")
    NO_CALL = "no_call", pgettext_lazy("notice", "may no longer be phoned")
    ERASED = "erased", pgettext_lazy("notice", "contact erased")
    WITHDRAWN = "withdrawn", pgettext_lazy("notice", "report withdrawn")
    CHANGED = "changed", pgettext_lazy("notice", "news of the report")
    TAKEN_BACK = "taken_back", pgettext_lazy("notice", "somebody else has to act")
    REMINDED = "reminded", pgettext_lazy("notice", "reminder")
    REPLIED = "replied", pgettext_lazy("notice", "answer to its question")
    LINK = "link", pgettext_lazy("notice", "new link")


class DeadlineKind(models.TextChoices):
    """What a body is awaited for. ACKNOWLEDGE: that it has the message, as far as machines tell."""

    ACKNOWLEDGE = "acknowledge", pgettext_lazy("deadline", "arrives there")
    ANSWER = "answer", pgettext_lazy("deadline", "takes it over")
    DONE = "done", pgettext_lazy("deadline", "is done")


class PauseKind(models.TextChoices):
    """Why the clock of a delivery stands still."""

    QUESTION = "question", pgettext_lazy("pause", "the authority has asked us something")
    REPORTER = "reporter", pgettext_lazy("pause", "whoever reported was asked something")
    LAW = "law", pgettext_lazy("pause", "the law has us wait after a notice")


class DeliveryState(models.TextChoices):
    """Where a delivery stands; `routing/outbox/states.csv` says what may follow what.

    HELD: a person stopped it before it was sent. EXPIRED: nobody answered in time. WITHDRAWN: not to be sent any
    more, or taken back from a body that has it (then `sent_at` is set).
    """

    HELD = "held", pgettext_lazy("delivery", "stopped")
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    ACCEPTED = "accepted", pgettext_lazy("delivery", "accepted")
    IN_PROGRESS = "in_progress", pgettext_lazy("delivery", "in progress there")
    DONE = "done", pgettext_lazy("delivery", "done there")
    REFUSED = "refused", pgettext_lazy("delivery", "refused")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", pgettext_lazy("delivery", "without an answer")
    WITHDRAWN = "withdrawn", _("withdrawn")


class TransferKind(models.TextChoices):
    """What left the house, as the register of transfers lists it."""

    REPORT = "report", pgettext_lazy("transfer", "report")
    NEWS = "news", pgettext_lazy("transfer", "news of the report")
    CONTACT = "contact", pgettext_lazy("transfer", "name and telephone number")
    RECALL = "recall", pgettext_lazy("transfer", "recall")


class TransferGround(models.TextChoices):
    """On which ground it left."""

    TASK = "task", pgettext_lazy("transfer", "Art. 6 (1) (e) GDPR: task of the recipient")
    CONSENT = "consent", pgettext_lazy("transfer", "Art. 6 (1) (a) GDPR: consent")
    RECALL = "recall", pgettext_lazy("transfer", "Art. 19 GDPR: notice of the erasure")


class FailureCode(models.TextChoices):
    """Why a delivery did not get through, in the words of the screen; a receiver's own words stand beside it."""

    OUT_OF_ORDER = "out_of_order", pgettext_lazy("failure", "The receiver takes nothing now.")
    UNREACHABLE = "unreachable", pgettext_lazy("failure", "The receiver cannot be reached.")
    SLOW = "slow", pgettext_lazy("failure", "The receiver does not answer in time.")
    SHUT = "shut", pgettext_lazy("failure", "The receiver has moved, or does not let us in.")
    REFUSED = "refused", pgettext_lazy("failure", "The receiver does not take the report as it is.")
    UNREADABLE = "unreadable", pgettext_lazy("failure", "The receiver's answer cannot be read.")
    UNCLEAR = "unclear", pgettext_lazy("failure", "It may have arrived, and nobody can tell.")
    ADDRESS = "address", pgettext_lazy("failure", "The address of the contact does not work.")
    SECRET = "secret", pgettext_lazy("failure", "The key or secret of the contact is missing.")
    BY_HAND = "by_hand", pgettext_lazy("failure", "Waits for a person to pass it on by hand.")
    CAME_BACK = "came_back", pgettext_lazy("failure", "The mail came back.")
    WORKERS_LOST = (
        "workers",
        pgettext_lazy("failure", "The program ended while sending, every time."),
    )
    PROGRAM = "program", pgettext_lazy("failure", "The program made a mistake.")


class AnswerSource(models.TextChoices):
    """Who or what brought a delivery to its state."""

    PROGRAM = "program", pgettext_lazy("source", "the program")
    PARTNER = "partner", pgettext_lazy("source", "page of the authority")
    MAIL = "mail", pgettext_lazy("source", "reply by mail")
    OPEN311 = "open311", pgettext_lazy("source", "Open311")
    WEBHOOK = "webhook", pgettext_lazy("source", "webhook")
    STAFF = "staff", pgettext_lazy("source", "staff")


class ForeignMeaning(models.TextChoices):
    """What a status of a foreign system means. OPEN: it is there, which undoes a *done*; LOOK: a person reads it."""

    OPEN = "open", pgettext_lazy("meaning", "it is there")
    ACCEPTED = "accepted", pgettext_lazy("meaning", "accepted")
    IN_PROGRESS = "in_progress", pgettext_lazy("meaning", "in progress")
    DONE = "done", pgettext_lazy("meaning", "done")
    REFUSED = "refused", pgettext_lazy("meaning", "not responsible")
    LOOK = "look", pgettext_lazy("meaning", "a person looks")


class ProposalState(models.TextChoices):
    """OUTDATED: a later edition proposes something else, or what was decided already."""

    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    DISMISSED = "dismissed", _("dismissed")
    OUTDATED = "outdated", _("outdated")


class NetworkDataset(models.TextChoices):
    """What can be loaded of roads, tracks, assets, areas and agreements."""

    ROAD_SECTIONS = "road_sections", _("Road sections")
    ROAD_PARTS = "road_parts", _("Parts of the road")
    THROUGH_ROADS = "through_roads", _("Through-road stretches")
    ASSETS = "assets", _("Assets")
    AREAS = "areas", _("Areas")
    AGREEMENTS = "agreements", _("Agreements")
    TRACKS = "tracks", _("Tracks")

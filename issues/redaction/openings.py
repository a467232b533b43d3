"""What stands before a name: salutations, introductions, greetings. Each expression ends where the name begins."""

from __future__ import annotations

import re
from typing import Final

from issues.redaction.words import words_any

_SALUTATION: Final = re.compile(
    r"(?<![\w-])(?:(?:herr(?:n|en)?|hrn?|frau|fr|familien?|fam|eheleuten?|ehepaar|geschwister|mr|mrs|ms|miss)[ \t]{1,3}"
    r"|(?:hrn?|hn|fr|fam|mrs?|ms)\.[ \t]{0,3})",
    re.IGNORECASE,
)
_DOCTOR: Final = re.compile(r"(?<![\w-])(?:dr|prof)\.[ \t]{1,2}", re.IGNORECASE)
_SEEN: Final = (
    "gemeldet|gesehen|beobachtet|bestätigt|verursacht|mitgeteilt|angezeigt|fotografiert|geschrieben"
    "|reported"
)
_KIN: Final = (
    "mann|frau|sohn|tochter|vater|mutter|bruder|schwester|opa|oma|onkel|tante|enkel|enkelin|kind|freund|freundin"
    "|partner|partnerin|kollege|kollegin|nachbar|nachbarin|schwager|schwägerin|cousin|cousine|neffe|nichte"
)
_KIN_ENGLISH: Final = (
    "wife|husband|son|daughter|mother|father|mum|dad|brother|sister|neighbou?r|friend|partner"
    "|uncle|aunt"
)
_INTRODUCTION: Final = re.compile(
    rf"""(?<![\w-])(?:(?:mein|sein|ihr|unser|der)\ name\ (?:ist|lautet|war)|my\ name\ is|ich\ hei(?:ß|ss)e
    | (?:vor|nach|zu|familien)?name(?:(?:\ de[rs]\ (?:{words_any("roles")})s?)?\ ?:)?|unterschrift\ ?:?
    | es\ (?:meldet|schreibt|grü(?:ß|ss)(?:t|en))
      (?:\ (?:sich|sie|euch|dich|ganz|freundlich|herzlich|lieb)){{0,3}}\ ?:?
    | (?:rückruf|rückmeldung|klingeln|nachfragen|melden|zu\ erfragen)(?:\ bitte)?\ (?:bei|an)
    | wohn(?:t|e|en|haft)\ bei|c/o|z\.?\ ?h(?:d|\.)?\.|zu\ händen(?:\ von)?|hier\ (?:spricht|schreibt)
    | (?:{words_any("roles")})(?:\ (?:ist|war|heißt|steht)|(?:\ de[rs]\ [^\W\d_]{{2,20}})?\ ?:)?
    | (?:{_SEEN})\ (?:von|durch|by)|(?:er|sie)\ hei(?:ß|ss)t|signed(?:\ by)?
    | (?:mein|unser|dein|sein|ihr)e?\ (?:{_KIN})[,(]?|(?:my|our|his|her)\ (?:{_KIN_ENGLISH}),?
    | fragen\ sie(?:\ bitte)?\ nach|fragt\ nach|kontakt(?:daten)?\ ?:|ask\ for)[ \t]{{1,2}}""",
    re.VERBOSE | re.IGNORECASE,
)
_DEPUTY: Final = re.compile(
    r"(?<![\w-])(?:(?:i\. ?[av]\.|gez\.)\s{0,4}|im auftrag(?: von)?:?\s{1,4})(?=\S)", re.IGNORECASE
)
# A name may stand here: a word is one where it is known as one.
POSSIBLE: Final = re.compile(
    rf"""(?<![\w-])(?:bei|von|vom|für|an|mit|gehört|durch|hier\ (?:ist|spricht|schreibt)|ich\ bin(?:['’]s)?
    (?:\ wieder|\ der|\ die)?,?|ich,|this\ is|i\ am|i['’]m|by|from|nachbarn
    | bewohner(?:in)?|anwohner(?:in)?|rentner(?:in)?
    | kollegen|danke[.,!]?|thanks[.,!]?|hallo|hello|lieber?|tag|ihre?|eure?|euer|hier(?=[^\n,.!]{{2,40}}[,.!])
    | (?:{words_any("possible_roles")}))[ \t]{{1,2}}""",
    re.VERBOSE | re.IGNORECASE,
)
_GREETING: Final = re.compile(
    r"""(?<![\w-])(?:(?:mit\ )?(?:freundlich|best|viel|lieb|herzlich|schön)\w{0,3}\ gr(?:ü|ue)(?:ß|ss)\w{0,2}
    | (?:mit\ )?freundlichem\ gruß|gru(?:ß|ss)|grüße|m\.?f\.?g\.?|lg|vg|bg|hochachtungsvoll
    | (?:(?:kind|best|warm)\ )?regards
    | best\ wishes|(?:yours\ )?sincerely|yours(?:\ truly)?|greetings)
    (?:\ aus(?:\ (?:der|dem|den))?\ (?!de[mnr]\b)[^\W\d_][\w.-]{1,40})?[,.!:]?\s{1,6}
    (?:(?:ihre?|eure?|euer|deine?|von(?!\ de))\ )?""",
    re.VERBOSE | re.IGNORECASE,
)
_THANKS: Final = (
    r"(?:(?:(?:vielen|besten|herzlichen|lieben)\ )?dank(?:e(?:\ ?schön)?)?|(?:many\ )?thanks|thank\ you|cheers"
    r"|ciao|tschüss?|best|bis\ (?:bald|dann|später|morgen)|alles\ gute|glück\ ?auf|gute\ nacht)"
)
# Thanks, and the name on a line of its own.
_SIGNED: Final = re.compile(
    rf"(?<![\w-])(?:{_THANKS}|freundlichst)\b[^\n]{{0,30}}\n\s{{0,6}}(?=[^\n]{{2,50}}\s{{0,6}}\Z)",
    re.VERBOSE | re.IGNORECASE,
)
# A word in small letters behind one of these is a name as well.
SMALL: Final = re.compile(
    r"\b(?:(?:mein name|my name) (?:ist|lautet|is)|ich hei(?:ß|ss)e)[ \t]"
    r"([^\W\d_]{4,30}(?:[ \t](?!und|and|wohn)[^\W\d_]{4,30})?)(?![\w-])",
    re.IGNORECASE,
)
# At the end of the text, "mfg erika beispiel".
SMALL_END: Final = re.compile(
    rf"{_GREETING.pattern}"
    rf"((?:[^\W\d_]\.[ ]?)?(?-i:[a-zäöüß])[^\W\d_]{{2,29}}(?:[ \t][^\W\d_]{{3,30}})?)\s{{0,3}}[.!]?\s{{0,3}}\Z",
    re.VERBOSE | re.IGNORECASE,
)
# In a text without any capital letter: "herr beispiel hat", but not "ein herr mit hund".
ALL_SMALL: Final = re.compile(
    r"(?<![\w-])(?<!ein )(?<!der )(?<!die )(?<!eine )(?:herrn?|frau|familie) ([^\W\d_]{4,30})(?![\w-])"
)
# "Erika Beispiel, 0171 …" at the beginning of a line, a name alone only if the line ends there; "0171 …, Beispiel".
_NUMBER: Final = (
    r"(?:(?:tel|telefon|handy|mobil|fon|phone)\b[.: ]{0,2})?[+(]?0\d(?:[ ()/.-]{0,3}\d){6,12}"
)
_PART: Final = r"(?-i:[^\W\d_a-zäöüß][\w'’-]{1,30}|[A-ZÄÖÜ]\.)"
_WORD: Final = r"(?-i:[^\W\d_a-zäöüß](?![A-ZÄÖÜ])[\w'’-]{1,30})"
_LAST: Final = r"[ \t]{0,3}[.!]?[ \t]{0,3}(?:\n|\Z)"
# At the end of a line: "Danke, Erika", "Vielen Dank Erika Beispiel"; ". E. Beispiel".
_THANKED: Final = re.compile(
    rf"(?<![\w-]){_THANKS}(?:[.,!;]?[ \t]{{1,3}}(?={_PART}[ \t]?{_WORD}{_LAST})"
    rf"|[^\n.,!;?]{{0,30}}[.,!;][ \t]{{1,3}}(?={_WORD}{_LAST}))",
    re.VERBOSE | re.IGNORECASE,
)
_YOURS: Final = re.compile(
    rf"(?:^|[.,!?])[ \t]{{0,3}}(?:ihre?|eure?|euer|deine?)[ \t](?={_PART}[ \t]?{_WORD}{_LAST})",
    re.MULTILINE | re.IGNORECASE,
)
_INITIAL: Final = re.compile(
    rf"(?:^|(?<!\b[^\W\d_])[.,!?])[ \t]{{0,3}}(?=(?-i:[A-ZÄÖÜ]\.){{1,2}}[ \t]?{_WORD}{_LAST})",
    re.MULTILINE,
)
# Two capitalised words behind "Ich bin" are no role any more, behind "contact" no office.
_SELF: Final = re.compile(
    rf"(?<![\w-])(?:ich bin(?:['’]s)?|i am|i['’]m|this is|hier (?:ist|spricht|schreibt)|contact|hi,)[ \t]"
    rf"(?={_WORD}[ \t]{_WORD}(?![\w-]))",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(
    rf"^[ \t]{{0,3}}(?=(?:{_PART} {_PART}(?: {_PART})?, ?{_NUMBER}|{_PART}, ?{_NUMBER}[ \t]{{0,3}}$))"
    rf"|^[ \t]{{0,3}}{_NUMBER}, (?={_PART}(?: {_PART}){{0,2}}[ \t]{{0,3}}$)"
    rf"|{_NUMBER}[,;]? (?={_PART} {_WORD}{_LAST})",
    re.IGNORECASE | re.MULTILINE,
)
# "bei Beispiel klingeln"; and as the beginning of an address, "bei Beispiel, Musterweg 3".
_HOUSE: Final = re.compile(
    r"(?<![\w-])bei[ \t](?=(?:[^\W\d_][\w.'’-]{0,30}[ \t]){1,4}"
    r"(?:klingeln|melden|anrufen|abholen|nachfragen|fragen|links|rechts)\b)"
    r"|\A\s{0,3}bei[ \t](?=[^\n,]{2,50},[^\n]{2,60}\d)",
    re.IGNORECASE,
)

# A name is expected behind these: any capitalised word is one, unless it is known as none.
EXPECTED: Final = (
    _SALUTATION, _DOCTOR, _INTRODUCTION, _DEPUTY, _GREETING, _SIGNED, _LISTED, _HOUSE, _THANKED, _YOURS, _INITIAL,
    _SELF,
)  # fmt: skip
# Behind these anybody may be called so: "Frau Damm".
CALLING: Final = (_SALUTATION, _DOCTOR)
# Of all the ones behind which a thing may stand as well: "Nachbar Garten", "Danke. Super".
WEAK: Final = (_INTRODUCTION, _DEPUTY, _THANKED, _YOURS, _SELF)

"""A day as pages write it, to a day as ISO 8601 writes it.

Read are ISO 8601 (also with slashes, dots or nothing between), RFC 5322 (section 3.3), a name of
a month in one of eleven languages with day and year around it, year-month-day in Chinese,
Japanese and Korean, and seconds or milliseconds since 1970. Day and month as two numbers are read
only where they cannot be mistaken: with dots the day comes first; with slashes one of the two
has to be above twelve, or both the same.

Left to taste: a year before 1990 or after the next one is a mistake of the page, not a date;
a month without a day is no date; the day is the one written, whatever the time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

FIRST_YEAR = 1990
LONGEST = 200  # characters looked at

# Two letters tell no months apart; the first three do, in most languages. Longest first.
_MONTHS = {
    1: "january janvier enero januar jänner gennaio janeiro januari styczeń stycznia"
    " января ocak jan ene gen sty янв",
    2: "february février fevrier febrero februar febbraio fevereiro februari luty lutego"
    " февраля şubat feb fév fev févr lut фев",
    3: "march mars marzo märz marz março marco maart marzec marca марта mart mar mär maa mrz мар",
    4: "april avril abril aprile kwiecień kwietnia апреля nisan apr avr abr kwi апр",
    5: "may mai mayo maggio maio mei maj maja мая mayıs mag май",
    6: "june juin junio juni giugno junho czerwiec czerwca июня haziran jun giu cze июн",
    7: "july juillet julio juli luglio julho lipiec lipca июля temmuz jul juil lug lip июл",
    8: "august août aout agosto augustus sierpień sierpnia августа ağustos augusti aug ago aoû авг",
    9: "september septembre septiembre settembre setembro wrzesień września сентября"
    " eylül sep sept set wrz сен",
    10: "october octobre octubre oktober ottobre outubro październik października октября"
    " ekim oct okt ott out paź окт",
    11: "november novembre noviembre novembro listopad listopada ноября kasım nov lis ноя",
    12: "december décembre decembre diciembre dezember dicembre dezembro grudzień grudnia"
    " декабря aralık dec déc dez dic gru дек",
}
_MONTH = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAME = "(" + "|".join(sorted(_MONTH, key=len, reverse=True)) + r")\b\.?"

_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})(?!\d)"
    r"|\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일])"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T\d|(?:\d{4}(?:\d\d)?)?\Z)")
_SINCE_1970 = re.compile(r"(\d{10})(\d{3})?\Z")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_DAY_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s-]*(?:(?:de|of|di)\s+)?{_NAME}"
    r"[\s,-]*(?:(?:de|del)\s+)?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_NAME_DAY = re.compile(
    rf"\b{_NAME}\s*(\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(\d{{4}})(?!\d)", re.IGNORECASE
)
_YEAR_NAME = re.compile(rf"(?<!\d)(\d{{4}})[\s-]{_NAME}[\s-](\d{{1,2}})(?!\d)", re.IGNORECASE)


def day(text: str, *, last_year: int | None = None) -> str | None:
    """Read the first date in *text*.

    Args:
        text: What a page gives as a date.
        last_year: Latest year that is believed; without it the next one.

    Returns:
        ``YYYY-MM-DD``, or ``None`` when there is none that can be believed.
    """
    text = text[:LONGEST].strip()
    if len(text) < 6:
        return None
    parts = _numbers(text) or _named(text)
    if parts is None:
        return None
    last = last_year or datetime.now(UTC).year + 1
    if not FIRST_YEAR <= parts[0] <= last:
        return None
    try:
        return date(*parts).isoformat()
    except ValueError:
        return None


def _numbers(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date that is written in digits."""
    if found := _YEAR_FIRST.search(text):
        return int(found[1]), int(found[3] or found[5]), int(found[4] or found[6])
    if found := _SINCE_1970.match(text):
        then = datetime.fromtimestamp(int(found[1]), UTC)
        return then.year, then.month, then.day
    if found := _COMPACT.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.search(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "." or first > 12 or first == second:
            return year, second, first
        if second > 12:
            return year, first, second
    return None


def _named(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date that names its month."""
    if found := _DAY_NAME.search(text):
        number, name, year = found.groups()
    elif found := _NAME_DAY.search(text):
        name, number, year = found.groups()
    elif found := _YEAR_NAME.search(text):
        year, name, number = found.groups()
    else:
        return None
    month = _MONTH.get(name.casefold(), 0)  # the long s and the Kelvin sign match, too
    return int(year), month, int(number)

"""hishel 2 reads the same RFC 9111: where it and we must agree, we do.

Hypothesis makes the header fields; hishel's state machine runs as a private cache at a clock of
ours. Left out, since we differ on purpose or hishel 2.0 does not read the field:

    Age                       hishel takes no notice of it; a copy from a CDN looks younger there
    Date after the reply came hishel guesses from its clock's now, we from the earlier of the two
    trouble (5xx, 408, 425)   hishel keeps them by their fields; we keep no site's bad moment
    refusals (4xx of ours)    hishel gives them no lifetime of their own; we do, briefly
    301, 308 without a word   idem
    302 and the like          hishel guesses for any status, we for those of RFC 9111 4.2.2
    Vary: *                   hishel keeps the reply and asks after it; we keep nothing
    Pragma                    hishel does not read it in a reply
    no-cache with fields      hishel drops the fields and uses the rest; we ask, but for Set-Cookie
    two or bad lifetimes      hishel takes one or none; we take them for 0 (4.2.1)
    Set-Cookie                hishel keeps it and gives it a heuristic lifetime; we do neither
    stale-if-error            hishel does not know it
    304 without Date or Age   hishel leaves those of the first reply; we drop them
    dates in other forms      hishel takes what e-mail allows, and other zones
    bad validators            hishel sends them back as they are; we do not
"""

import uuid
from unittest import mock

import hishel
import hishel._core._spec as oracle
from hypothesis import assume, event, given
from hypothesis import strategies as st

from browser.rules.freshness import answers, fresh, lifetime, storable
from browser.rules.revalidation import conditions, confirms, freshened, kept_fields
from tests.specs.rfc9111.replies import DAY, SENT, START, date, reply

PRIVATE = hishel.CacheOptions(shared=False)
FOREVER = float("inf")

seconds = st.one_of(st.integers(0, 200), st.integers(0, int(30 * DAY)))
directives = st.one_of(
    st.sampled_from(
        ["no-store", "no-cache", "private", "public", "must-revalidate", "immutable", "x=1"]
    ),
    seconds.map(lambda number: f"s-maxage={number}"),
)
controls = st.tuples(
    st.lists(directives, max_size=3), st.none() | seconds.map(lambda number: f"max-age={number}")
).map(lambda parts: [*parts[0], *([parts[1]] if parts[1] else [])])
moments = st.one_of(st.integers(-100, 300), st.integers(int(-50 * DAY), int(50 * DAY))).map(date)
past = st.one_of(st.integers(-300, 0), st.integers(int(-50 * DAY), 0)).map(date)
etags = st.sampled_from(['"a"', 'W/"a"', '"b"'])
statuses = st.sampled_from([200, 200, 200, 203, 204, 206, 300, 301, 302, 303, 307, 308, 405, 414])


@st.composite
def fields(draw):
    """Header fields that hishel and we read in the same way."""
    lines = [f"Date: {draw(past)}"]
    control = draw(controls)
    if control:
        lines.append("Cache-Control: " + draw(st.sampled_from([", ", ","])).join(control))
    if draw(st.booleans()):
        lines.append(f"Expires: {draw(st.one_of(moments, st.just('0')))}")
    if draw(st.booleans()):
        lines.append(f"Last-Modified: {draw(past)}")
    if draw(st.booleans()):
        lines.append(f"ETag: {draw(etags)}")
    if draw(st.booleans()):
        lines.append(f"Vary: {draw(st.sampled_from(['Accept', 'accept-language, Cookie']))}")
    return lines


def theirs(status, lines):
    headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return hishel.Response(status, hishel.Headers(headers))


def request(sent=SENT):
    return hishel.Request("GET", "https://a.test/", hishel.Headers(sent))


def kept_by_hishel(status, lines):
    """Its entry, or ``None`` when it keeps nothing."""
    with at(0):
        state = hishel.CacheMiss(options=PRIVATE, request=request()).next(theirs(status, lines))
    if isinstance(state, hishel.StoreAndUse):
        return hishel.Entry(uuid.uuid4(), request(), state.response)
    assert isinstance(state, hishel.CouldNotBeStored)
    return None


def at(moment):
    clock = mock.Mock(**{"time.return_value": START + moment})
    return mock.patch.object(oracle, "time", clock)


def guessed(lines):
    """Whether only a heuristic can give these a lifetime."""
    text = "\n".join(lines)
    return "max-age=" not in text and "Expires" not in text


@given(statuses, fields())
def test_we_keep_the_same_replies(status, lines):
    ours = storable(status, reply(*lines).headers)
    event(f"kept: {ours}")
    assert ours is (kept_by_hishel(status, lines) is not None)


@given(st.sampled_from([200, 203, 204, 300, 405, 414]), fields(), seconds)
def test_we_use_the_same_replies_without_asking(status, lines, later):
    entry = kept_by_hishel(status, lines)
    assume(entry is not None and not guessed(lines))
    with at(later):
        state = hishel.IdleClient(PRIVATE).next(request(), [entry])
    ours = reply(*lines, status=status)
    event(f"fresh: {isinstance(state, hishel.FromCache)}")
    assert fresh(ours, START + later, FOREVER) is isinstance(state, hishel.FromCache)


@given(st.sampled_from([200, 203, 300]), st.integers(0, int(500 * DAY)))
def test_we_guess_the_same_lifetime_when_the_reply_was_made_just_now(status, changed):
    lines = [f"Date: {date()}", f"Last-Modified: {date(-changed)}"]
    entry = kept_by_hishel(status, lines)
    assert entry is not None
    with at(0):
        guess = oracle.get_freshness_lifetime(entry.response, is_cache_shared=False)
    assert guess == int(lifetime(reply(*lines, status=status)))


@given(st.sampled_from([301, 302, 303, 307, 308]), fields(), seconds)
def test_we_follow_the_same_redirects_without_asking_when_their_lifetime_is_said(
    status, lines, later
):
    entry = kept_by_hishel(status, lines)
    assume(entry is not None and not guessed(lines))
    with at(later):
        state = hishel.IdleClient(PRIVATE).next(request(), [entry])
    assert fresh(reply(*lines, status=status), START + later, FOREVER) is (
        isinstance(state, hishel.FromCache)
    )


@given(fields(), st.sampled_from(["en", "de"]), st.sampled_from(["text/html", "text/plain"]))
def test_we_take_the_same_replies_for_answers(lines, language, accept):
    sent = {**SENT, "accept-language": language, "accept": accept}
    entry = hishel.Entry(uuid.uuid4(), request(), theirs(200, lines))
    ours = answers(reply(*lines), sent)
    event(f"answers: {ours}")
    assert ours is oracle.vary_headers_match(request(sent), entry)


@given(fields())
def test_we_ask_in_the_same_words(lines):
    asked = oracle.make_conditional_request(request({}), theirs(200, lines)).headers
    assert {name.lower(): value for name, value in conditions(reply(*lines)).items()} == dict(asked)


@given(fields(), fields(), seconds)
def test_a_304_changes_the_same_fields(lines, came, later):
    lines = [line for line in lines if not line.startswith("Vary")]
    came = [line for line in came if not line.startswith("ETag: W/")]
    entry = hishel.Entry(uuid.uuid4(), request(), theirs(200, lines))
    asked = hishel.NeedRevalidation(
        options=PRIVATE, request=request(), original_request=request(), revalidating_entries=[entry]
    )
    ours, new = reply(*lines), reply(*came)
    with at(later):
        state = asked.next(theirs(304, came))
    # Without a validator of ours, hishel wants the date of the 304 to be that of the copy.
    if "last-modified" in new.headers and "last-modified" not in ours.headers:
        return
    confirmed = confirms(ours, new.headers)
    event(f"confirmed: {confirmed}")
    assert confirmed is isinstance(state, hishel.NeedToBeUpdated)
    if isinstance(state, hishel.NeedToBeUpdated):
        after = freshened(ours, new.fields, SENT, START + later, START + later)
        assert after.headers == dict(state.updating_entries[0].response.headers)


@given(st.lists(st.sampled_from(["Connection", "TE", "Upgrade", "ETag", "Keep-Alive", "X-A"])))
def test_we_drop_the_same_fields_of_a_connection(names):
    response = theirs(200, [f"{name}: close" for name in names])
    kept = oracle.exclude_unstorable_headers(response, is_cache_shared=False)
    ours = kept_fields((name.lower(), "close") for name in dict.fromkeys(names))
    assert dict(ours) == dict(kept.headers)

"""The rung between robots.txt and the pace: what is known already is not asked for again.

Decides, for one request, between a kept copy, a conditional request and a plain one; what a reply
may be kept by is decided in `browser.rules.freshness` and `browser.rules.revalidation` (RFC 9111),
who shares a request under way in `browser.net.flight`. Nothing is renewed in the background: every
request answers a command.

What sessions share: replies to GETs that carried nothing of any of them, under the whole URL
without its fragment. Whoever asks would have been sent the same, so no text passes from one to
another that the other could not have fetched. That a page was read a while ago does pass: a hit
says so, and is quicker. A service whose users must not learn that of each other turns the
cache off, and then every command asks by itself.

Replicas share copies too, and requests under way as far as they leave a copy: one asks, the others
wait for it (`browser.net.once`). A copy that came meanwhile is no older than the wait and is taken,
fresh or not. When there is none, the reply was for one only or there was no reply; then they ask
all at once, as those do who waited within a process, and the pace keeps them apart.

Left to taste: a refusal or an error (400 and above) under way is shared also when it may not be
kept, since only its head is ever read; ``no-cache`` is not shared, since the word is "any other
request" (RFC 9111 5.2.2.4); a reply that is stale on arrival is, being no older than the wait. A
broken certificate is never hidden behind a kept copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import anyio

from browser.errors import BrowserError
from browser.model.clock import Clock, iso
from browser.model.fetch import CacheUse
from browser.model.reason import Reason
from browser.model.response import StoredReply
from browser.model.url import Url
from browser.net.asked import Asked, MayKeep, Send
from browser.net.flight import Flights, Landed
from browser.net.ladder import Answer, Spent
from browser.net.once import once
from browser.net.send import MAX_HEADERS, Raw
from browser.rules.cache_control import cache_control
from browser.rules.freshness import (
    answers,
    current_age,
    fresh,
    has_failed,
    is_trouble,
    stands_in,
    storable,
    varied,
)
from browser.rules.revalidation import conditions, confirms, freshened, kept_fields
from browser.state.alone import EVERYTHING
from browser.state.ports import Leases, Responses

_ITS_OWN = frozenset(
    {Reason.TIMEOUT, Reason.DNS_FAILED, Reason.CONNECT_FAILED, Reason.BAD_RESPONSE}
)


@dataclass(frozen=True)
class Passed:
    """What came through the cache.

    Attributes:
        answer: The reply, kept or new.
        use: ``hit`` also for those who waited for the request of another.
        fetched_at: When the origin sent or confirmed it, seconds since the epoch.
        age: Seconds since then, and what it had spent in caches on the way before; 0 for a miss.
        note: For the model, when the copy may be out of date; else empty.
    """

    answer: Answer
    use: CacheUse
    fetched_at: float
    age: float = 0.0
    note: str = ""


def anything(_: Raw) -> bool:
    """No further condition on what is kept."""
    return True


class Cache:
    """Uses replies again, and lets equal requests share one.

    Args:
        responses: Keeps them.
        clock: Tells the time.
        max_age: Seconds after which a copy is asked after, whatever it says; 0 turns the
            cache off: nothing is kept and nothing shared.
        leases: Say which replica asks.
    """

    def __init__(
        self, responses: Responses, clock: Clock, *, max_age: float, leases: Leases = EVERYTHING
    ) -> None:
        self._responses = responses
        self._clock = clock
        self._max_age = max_age
        self._leases = leases
        self._flights = Flights[Passed](clock)

    async def through(
        self,
        url: Url,
        request_fields: Mapping[str, str],
        send: Send,
        *,
        max_wait: float,
        within: float,
        spent: Spent,
        kind: str = "page",
        may_keep: MayKeep = anything,
    ) -> Passed:
        """Answer one request: from a copy, from one under way, or by sending it.

        Args:
            url: Judged before.
            request_fields: That go out with every request, such as Accept.
            send: Takes a turn and sends, with the header fields it is given added. Called again
                with none when a 304 turns out to be about another copy.
            max_wait: Seconds the caller would wait for a turn.
            within: Seconds it would wait for the reply.
            spent: Its ``network`` grows by what *send* takes after its turn has come (from that a
                copy's age is told), and by what is spent behind the request of another; its
                ``asker`` is told of the latter.
            kind: Requests of different kinds share nothing.
            may_keep: What a reply's publisher says about keeping it, beyond RFC 9111.

        Raises:
            Refused: no turn, or no patience left.
            FetchFailed: no reply, and no copy that may stand in.
        """
        if not self._max_age:
            return Passed(await send({}), "miss", self._clock.now())
        sent = {name.lower(): value for name, value in request_fields.items()}
        key, until = _key(url, kind), anyio.current_time() + max_wait + within
        kept = await self._kept(key, sent)
        if kept and fresh(kept, self._clock.now(), self._max_age):
            return self._hit(kept)
        asked = Asked(url.host, key, sent, send, may_keep, spent, kept, until)

        def waited(seconds: float) -> None:
            spent.network += seconds

        passed, joined = await self._flights.join(
            asked.exactly,
            lambda: self._fly(asked),
            max_wait=max_wait,
            within=within,
            waits=asked.waits,
            waited=waited,
        )
        return replace(passed, use="hit") if joined and passed.use != "stale" else passed

    async def forget(self, url: Url, kind: str = "page") -> None:
        """Keep nothing of *url*: what its page says about keeping is read only afterwards."""
        await self._responses.forget(_key(url, kind))

    async def _fly(self, asked: Asked) -> Landed[Passed]:
        began, patience = self._clock.now(), asked.until - anyio.current_time()
        async with once(
            self._leases, "page", asked.exactly, max(patience, 0.0), asked.waits
        ) as waited:
            if waited:
                asked.spent.network += max(self._clock.now() - began, 0.0)
            # Anew: who asked before, here or elsewhere, may have left one behind.
            kept = await self._kept(asked.key, asked.sent)
            if kept and fresh(kept, self._clock.now(), self._max_age):
                return Landed(self._hit(kept), "take")
            if not waited:
                return await self._ask(asked, kept)
        if kept and kept != asked.kept and not cache_control(kept.headers).no_cache:
            return Landed(self._hit(kept), "take")
        return await self._ask(asked, kept)

    async def _ask(self, asked: Asked, kept: StoredReply | None) -> Landed[Passed]:
        asks = conditions(kept) if kept else {}
        before = asked.spent.network
        try:
            answer = await asked.send(asks)
        except BrowserError as error:
            if kept and error.reason in _ITS_OWN and stands_in(kept, self._clock.now()):
                return Landed(self._stale(asked, kept, _why(error)), "take")
            raise
        if answer.raw.status == 304 and asks and kept:
            if confirms(kept, answer.raw.headers):
                return await self._renewed(asked, kept, answer, before)
            await self._responses.forget(asked.key)
            kept, before = None, asked.spent.network
            answer = await asked.send({})
        if is_trouble(answer.raw.status):
            failed = has_failed(answer.raw.status)
            if kept and failed and stands_in(kept, self._clock.now()):
                why = f"{asked.host} answered {answer.raw.status}"
                return Landed(self._stale(asked, kept, why), "take")
            return Landed(Passed(answer, "miss", self._clock.now()), "take")
        return await self._new(asked, answer, before)

    async def _new(self, asked: Asked, answer: Answer, before: float) -> Landed[Passed]:
        raw, now = answer.raw, self._clock.now()
        passed = Passed(answer, "miss", now)
        # Of more fields than are read, one may have said no-store.
        whole = not raw.cut and len(raw.fields) < MAX_HEADERS
        if not (whole and storable(raw.status, raw.headers) and asked.may_keep(raw)):
            await self._responses.forget(asked.key)
            return Landed(passed, "take" if raw.status >= 400 else "alone")
        await self._responses.put(
            asked.key,
            StoredReply(
                status=raw.status,
                fields=kept_fields(raw.fields),
                locations=raw.locations,
                body=raw.body,
                varied=varied(raw.headers, asked.sent),
                request_time=now - (asked.spent.network - before),
                response_time=now,
                set_cookie="set-cookie" in raw.headers,
            ),
        )
        return Landed(passed, "alone" if cache_control(raw.headers).no_cache else "take")

    async def _renewed(
        self, asked: Asked, kept: StoredReply, answer: Answer, before: float
    ) -> Landed[Passed]:
        now = self._clock.now()
        began = now - (asked.spent.network - before)
        renewed = freshened(kept, answer.raw.fields, asked.sent, began, now)
        raw = _raw(renewed)
        passed = Passed(Answer(raw, answer.pause), "revalidated", now, current_age(renewed, now))
        whole = max(len(answer.raw.fields), len(raw.fields)) < MAX_HEADERS
        if not (whole and storable(raw.status, raw.headers) and asked.may_keep(raw)):
            await self._responses.forget(asked.key)
            return Landed(passed, "alone")
        await self._responses.put(asked.key, renewed)
        return Landed(passed, "alone" if cache_control(raw.headers).no_cache else "take")

    async def _kept(self, key: str, sent: Mapping[str, str]) -> StoredReply | None:
        for reply in await self._responses.get(key):
            if answers(reply, sent):
                return reply
        return None

    def _hit(self, kept: StoredReply) -> Passed:
        age = current_age(kept, self._clock.now())
        return Passed(Answer(_raw(kept)), "hit", kept.response_time, age)

    def _stale(self, asked: Asked, kept: StoredReply, why: str) -> Passed:
        now = self._clock.now()
        note = (
            f"This is an earlier copy, as {asked.host} sent it {ago(now - kept.response_time)} "
            f"({iso(kept.response_time)}), since {why}. It may be out of date."
        )
        age = current_age(kept, now)
        return Passed(Answer(_raw(kept)), "stale", kept.response_time, age, note)


def _key(url: Url, kind: str) -> str:
    return f"{kind} {url.href.partition('#')[0]}"


def _raw(reply: StoredReply) -> Raw:
    return Raw(reply.status, reply.headers, reply.locations, reply.body, fields=reply.fields)


def _why(error: BrowserError) -> str:
    # Not the error's own sentence: that says what to do now that there is no page.
    return {
        Reason.TIMEOUT: "it does not answer in time now",
        Reason.DNS_FAILED: "its address cannot be found now",
        Reason.CONNECT_FAILED: "it cannot be reached now",
    }.get(error.reason, "its answer now cannot be read")


def ago(seconds: float) -> str:
    """How long ago, for a sentence: ``2 hours ago``."""
    for unit, length in (("hour", 3600), ("minute", 60), ("second", 1)):
        count = int(seconds // length)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"

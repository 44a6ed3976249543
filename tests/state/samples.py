"""Values that fill every field, in more than one script."""

from __future__ import annotations

from browser.model.session import Display, Quote, Session, Step, Tally
from browser.model.signals import Signals

START = 1_700_000_000.0


def display(cursor: int, page_key: str = "page", text: str = "L0: ") -> Display:
    return Display(
        cursor=cursor,
        kind="page",
        page_key=page_key,
        first=0,
        last=37,
        text=text,
        link_ids=(0, 3, 7),
        url="https://films.example/95th",
        title="95th Academy Awards",
        fetched_at=START + 0.125,
        back=cursor - 1 if cursor else None,
    )


def session(key: str = "key", at: float = START, pages: tuple[str, ...] = ()) -> Session:
    """A session that shows *pages*."""
    displays = [display(cursor, page) for cursor, page in enumerate(pages)]
    return Session(key, f"id of {key}", "owner", at, at, len(pages), displays)


def full_session(key: str = "key") -> Session:
    """Every field of every value away from its default."""
    found = Display(
        cursor=1,
        kind="find",
        page_key="find-page",
        first=2,
        last=9,
        text="L2: 【3†映画†例え.example】\u0000 \ud83d\U0001f3ac “quoted” \\ \n\u2028 ٣",
        link_ids=(),
        url="https://例え.example/?q='); DROP TABLE displays;--",
        title="Grüße, мир, 世界",
        fetched_at=0.1 + 0.2,
        back=0,
        of=0,
        signals=Signals(
            quote_max=50,
            quote_rule="X-Robots-Tag: max-snippet:50",
            show_max=50,
            show_rule="X-Robots-Tag: max-snippet:50",
            marked=True,
            obeyed=("X-Robots-Tag: max-snippet:50", "data-nosnippet"),
            reported=("no-train", "rsl"),
            license="https://films.example/licence.xml",
        ),
    )
    words = Quote(
        id="q1",
        cursor=0,
        start=14,
        end=16,
        text='He said "no"; she said 「はい」.\n\tThen …',
        citation="【0†L14-L16】",
        url="https://films.example/95th",
        title="95th",
        domain="films.example",
        fetched_at="2026-11-22T10:00:00Z",
        digest="sha256:00ff",
        source_url="https://films.example/95th#:~:text=no",
        truncated=True,
    )
    failed = Step(
        n=2,
        command="click",
        args={"id": 3, "cursor": None, "nested": {"pattern": "é\udc80"}},
        status="failed",
        at="2026-11-22T10:00:01Z",
        cursor=1,
        url="https://films.example/private",
        title="Private",
        failure={"code": "robots_disallowed", "rule": "Disallow: /private", "retry_after": None},
        politeness={"robots": "allowed", "waited_ms": 12, "cache": "miss"},
        took_ms=41,
        note="waiting 2 s for a.example",
    )
    done = Step(n=1, command="search", args={}, status="finished", at="2026-11-22T10:00:00Z")
    return Session(
        key=key,
        id="чат-1",
        owner="9f86d081",
        created=START + 0.123456,
        used=START + 7.654321,
        commands=2,
        displays=[display(0), found],
        quotes=[words],
        steps=[done, failed],
        allowed=["https://films.example/95th", "https://例え.example/\udc80"],
        tally=Tally(3, 5, 81_234, {"films.example": 4, "xn--r8jz45g.example": 1}),
        share="F4t3gXIhav5n6IHfyFyOJw",
    )

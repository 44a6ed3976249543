import functools
import os
import random
import signal
from dataclasses import replace

import anyio
import anyio.to_process
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from browser.errors import BrowserError, FetchFailed
from browser.model.reason import Reason
from browser.net import sandbox as module
from browser.net.sandbox import Outcome, Sandbox, work
from browser.text import codec

PAGE = b"<!doctype html><title>A page</title><main><p>" + b"Plain words to be read. " * 20
HTML = "text/html; charset=utf-8"
URL = "http://a.test/page"


_portals: list[BlockingPortal] = []


@pytest.fixture(scope="module")
def readers():
    """One worker and one event loop for all of this module, since workers start slowly."""
    readers = Sandbox(workers=1, timeout=20)
    with start_blocking_portal() as portal:
        _portals.append(portal)
        portal.call(readers.warm)
        yield readers
        _portals.clear()


def in_the_loop(test):
    """Run *test* there. Workers live as long as the task that an event loop was started with."""

    @functools.wraps(test)
    def run(**fixtures):
        _portals[0].call(functools.partial(test, **fixtures))

    return run


async def reads_on(readers):
    """The next document is read as if nothing had happened, and no worker is held."""
    page = codec.decode(await readers.render(PAGE, HTML, URL))
    assert page.title == "A page"
    assert readers._limiter.borrowed_tokens == 0
    assert readers._free.value == readers.workers
    return True


async def refusal(readers, body, content_type=HTML):
    with pytest.raises(BrowserError) as caught:
        await readers.render(body, content_type, URL)
    return caught.value


def workers():
    return anyio.to_process._process_pool_workers.get()


def busy():
    idle = {process for process, _ in anyio.to_process._process_pool_idle_workers.get()}
    return [process for process in workers() if process not in idle]


@in_the_loop
async def test_a_document_becomes_a_page(readers):
    page = codec.decode(await readers.render(PAGE, HTML, URL))
    assert (page.title, page.url) == ("A page", URL)
    assert "Plain words to be read." in page.lines[2].text


@in_the_loop
async def test_what_cannot_be_read_is_a_failure_with_the_readers_reason(readers):
    error = await refusal(readers, b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png")
    assert isinstance(error, FetchFailed)
    assert (error.reason, error.url) == (Reason.UNSUPPORTED_TYPE, URL)
    assert (await refusal(readers, b"", HTML)).reason is Reason.NO_TEXT
    assert await reads_on(readers)


# Hostile documents


def lexbor_340(count):
    opened = [b"<%s %d>" % (tag, number) for tag in (b"b", b"i") for number in range(count)]
    return b"".join(opened) + b"x" + b"</b>" * count


HOSTILE = {
    "deep": b"<div>" * 100_000 + b"x",
    "options": b"<select>" + b"<option>a" * 100_000,
    "attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(16_000)) + b">words",
    "formatting": lexbor_340(3_000),
    "fonts": b"".join(b"<font a=%d>" % n for n in range(50_000)),
    "links": b"<a><div>" * 50_000,
    "bodies": b"<body bi>" * 50_000,
    "tables": b"<table><tr><td>" * 20_000,
    "foreign": b"<svg><foreignObject><math><mi>" * 20_000,
    "nul": bytes(3_000_000),
    "noise": random.Random(1).randbytes(1_000_000),
    "utf-16": "<p>words".encode("utf-16-le") * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
@in_the_loop
async def test_a_hostile_document_is_unreadable_soon_and_the_next_one_is_read(readers, name):
    with anyio.fail_after(10):
        error = await refusal(readers, HOSTILE[name])
    assert isinstance(error, FetchFailed)
    assert error.reason in {Reason.UNREADABLE, Reason.NO_TEXT}
    assert error.sentence.endswith("Choose another source.")
    assert await reads_on(readers)


@pytest.mark.parametrize("content_type", ["application/octet-stream", "video/mp4"])
@in_the_loop
async def test_bytes_that_are_no_text_are_refused_whatever_they_are_called(readers, content_type):
    error = await refusal(readers, HOSTILE["noise"], content_type)
    assert error.reason in {Reason.UNREADABLE, Reason.UNSUPPORTED_TYPE}
    assert await reads_on(readers)


# What a worker may do to itself; these run in the worker in place of `work`


def spin(_task):
    while True:
        pass


def burn(task):
    """Takes more processor time than its limit."""
    module._limit(replace(task, cpu=0))
    while True:
        pass


def hog(task):
    """Takes more memory than its limit."""
    module._limit(task)
    held = [bytearray(2**20) for _ in range(8 * 1024)]
    return Outcome(bytes(len(held)))


def crash(_task):
    os.kill(os.getpid(), signal.SIGSEGV)


def leave(_task):
    os._exit(0)


def trip(task):
    """A parser that raises what nobody expected."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "render", stumble)
        return work(task)


class Odd(Exception):
    """An error that cannot be sent between processes."""

    def __init__(self, one, two):
        super().__init__(one)
        self.hold = lambda: two


def stumble(*_args, **_options):
    raise Odd(1, 2)


@pytest.mark.parametrize("fault", [crash, leave, burn, hog, trip], ids=lambda fault: fault.__name__)
@in_the_loop
async def test_a_worker_that_dies_or_trips_costs_one_command(readers, monkeypatch, fault):
    monkeypatch.setattr(module, "work", fault)
    error = await refusal(readers, PAGE)
    assert isinstance(error, FetchFailed)
    assert (error.reason, error.url) == (Reason.UNREADABLE, URL)
    monkeypatch.undo()
    assert await reads_on(readers)


@in_the_loop
async def test_a_parse_without_end_is_given_up_and_its_worker_killed(readers, monkeypatch):
    before = set(workers())
    hasty = Sandbox(workers=1, timeout=0.2)
    monkeypatch.setattr(module, "work", spin)
    error = await refusal(hasty, PAGE)
    assert error.reason is Reason.UNREADABLE
    assert "too long" in error.sentence
    monkeypatch.undo()
    assert not before & set(workers())
    assert all(process.returncode is not None for process in before)
    assert await reads_on(readers)


@in_the_loop
async def test_a_document_that_needs_more_memory_than_it_may_have_is_unreadable(readers):
    small = Sandbox(workers=1, timeout=20, memory_mb=8)
    error = await refusal(small, b"<p>" + b"word " * 600_000)
    assert error.reason is Reason.UNREADABLE
    assert await reads_on(readers)


@in_the_loop
async def test_a_worker_that_is_killed_at_its_work_costs_one_command(readers, monkeypatch):
    monkeypatch.setattr(module, "work", spin)

    async def kill():
        with anyio.fail_after(20):
            while not busy():
                await anyio.lowlevel.checkpoint()
        for process in busy():
            process.kill()

    async with anyio.create_task_group() as group:
        group.start_soon(kill)
        error = await refusal(readers, PAGE)
    assert error.reason is Reason.UNREADABLE
    monkeypatch.undo()
    assert await reads_on(readers)


@in_the_loop
async def test_a_worker_that_died_in_its_sleep_costs_nothing(readers):
    await reads_on(readers)
    for process in list(workers()):
        process.kill()
        await process.wait()
    assert await reads_on(readers)


@in_the_loop
async def test_when_every_worker_is_taken_the_answer_is_busy(readers, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "work", spin)
    async with anyio.create_task_group() as group:
        group.start_soon(readers.render, PAGE, HTML, URL)
        await anyio.wait_all_tasks_blocked()
        error = await refusal(readers, PAGE)
        assert not isinstance(error, FetchFailed)
        assert (error.reason, error.retry_after, error.url) == (Reason.BUSY, 5, URL)
        group.cancel_scope.cancel()
    monkeypatch.undo()
    assert await reads_on(readers)


@in_the_loop
async def test_who_waits_for_a_worker_and_goes_away_holds_none(readers, monkeypatch):
    monkeypatch.setattr(module, "work", spin)
    async with anyio.create_task_group() as group:
        group.start_soon(readers.render, PAGE, HTML, URL)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(readers.render, PAGE, HTML, URL)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    monkeypatch.undo()
    assert await reads_on(readers)


@in_the_loop
async def test_a_machine_that_can_start_no_process_is_busy_and_nothing_worse(readers, monkeypatch):
    async def no_more(*_args, **_options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    asleep = anyio.to_process._process_pool_idle_workers.get()
    kept = list(asleep)
    asleep.clear()
    monkeypatch.setattr(anyio.to_process, "open_process", no_more)
    error = await refusal(readers, PAGE)
    monkeypatch.undo()
    asleep.extend(kept)
    assert await reads_on(readers)
    assert error.reason is Reason.BUSY


@in_the_loop
async def test_as_many_documents_are_read_at_a_time_as_there_are_workers(readers):
    two = Sandbox(workers=2, timeout=20)
    await two.warm()
    assert len(workers()) == 2
    assert Sandbox().workers == os.cpu_count()
    assert await reads_on(readers)
    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(two.render, PAGE, HTML, URL)
    assert await reads_on(two)

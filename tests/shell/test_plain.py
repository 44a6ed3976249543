"""The shell without a terminal: lines in, plain text out, and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.service.living import Talk, serving
from tests.shell.terminal import ROOT
from tests.world import World

RUN = "from browser.cli import main; main()"


def piped(lines: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, "shell", *arguments],
        input=lines, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip


def test_a_pipe_gets_what_a_model_gets(address: str, talk: Talk):
    wanted = [talk.open("http://library.test/")["text"], talk.good("click", id=1)["text"]]
    done = piped("http://library.test/\n\n1\n", "--server", address)
    assert done.stdout == "".join(f"{text}\n\n" for text in wanted)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_failed_command_is_enough_for_another_exit_code(address: str):
    done = piped("sources\nclick 7\nsources\n", "--server", address)
    assert done.returncode == 1
    assert done.stdout.count("Sources of this conversation") == 2
    assert "Click failed:" in done.stdout
    assert done.stderr == ""


def test_mistakes_go_to_the_standard_error(address: str):
    done = piped("serach x\nquit\nsources\n", "--server", address)
    assert done.returncode == 1
    assert "Did you mean: search x" in done.stderr
    assert "Sources" not in done.stdout


def test_a_hostile_page_writes_nothing_but_text(address: str):
    done = piped("http://hostile.test/\nlinks\nurl 0\npage\nsteps\n", "--server", address)
    assert done.returncode == 0
    assert "evil" in done.stdout
    assert done.stdout.replace("\n", "").isprintable()


def test_nobody_who_answers_is_told():
    done = piped("cats\n", "--server", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr == (
        "Nothing answers at http://127.0.0.1:1. Is `polite-browser serve` running there? "
        "Without --server the shell starts its own.\n"
    )
    assert done.stdout.strip() == ""


def test_a_session_needs_a_service_that_has_it():
    done = piped("", "--session", "mine")
    assert done.returncode == 2
    assert "--session needs --server" in done.stderr


def test_a_service_of_its_own_is_started_and_stopped():
    done = piped("quote 1\nhelp\n")
    assert done.returncode == 1
    assert "Quote failed: nothing is open yet." in done.stdout
    assert "click N [CURSOR]" in done.stdout
    assert done.stderr == ""


def test_input_that_is_no_text_does_not_end_it(address: str):
    done = subprocess.run(
        [sys.executable, "-c", RUN, "shell", "--server", address],
        input=b"find \xff\xfe\x1b[2J\nsources\n",
        capture_output=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip
    assert b"Sources of this conversation" in done.stdout
    assert b"\x1b" not in done.stdout + done.stderr


def test_letters_that_the_output_lacks_do_not_end_it(address: str):
    done = subprocess.run(
        [sys.executable, "-c", RUN, "shell", "--server", address],
        input=b"http://library.test/\nsources\n", env={"PYTHONIOENCODING": "ascii"},
        capture_output=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"?0?pears?" in done.stdout
    assert b"Sources of this conversation" in done.stdout


def test_a_token_that_is_missing_or_wrong_is_told(world: World):
    with serving(world, server={"tokens": ["token-of-this-service"]}) as client:
        server = ("--server", str(client.base_url).rstrip("/"))
        for token, said in (
            ((), "This service asks for a token: --token TOKEN."),
            (("--token", "wrong"), "This service does not know that token."),
        ):
            done = piped("sources\n", *server, *token)
            assert done.returncode == 1
            assert done.stderr.startswith(said)
            assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "reply",
    [
        {"session": "s", "text": "t", "links": 5},
        {"session": "s", "text": "t", "failure": "words"},
        {"session": "s", "text": "t", "links": [5], "page": {}},
        {"session": "s\x1b[31m", "text": "\x1b]0;PWNED\x07 t"},
        {"text": "t"},
    ],
)
def test_whoever_answers_the_shell_goes_on_and_prints_no_escapes(world: World, reply: object):
    world.reply("127.0.0.1", "/v1/search?query=hi", body=json.dumps(reply))
    done = piped("search hi\nsteps\nhelp\n", "--server", f"http://127.0.0.1:{world.port}")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "search WORDS" in done.stdout, "the shell went on"

"""The shell in a person's terminal: what stands on the screen, over a real service."""

from __future__ import annotations

import os
import re
import shutil
import stat
from pathlib import Path

import pytest

from browser.shell.editor import KEPT
from tests.service.living import Talk
from tests.shell.terminal import CTRL_C, CTRL_D, TAB, UP, Terminal, terminal
from tests.world import World

LIBRARY = "http://library.test/"
LOWEST = 12  # rows: lower than any page


def opened(shell: Terminal, url: str = LIBRARY) -> None:
    shell.prompt()
    shell.enter(url)
    shell.until(f"L1: URL: {url}")
    shell.prompt()


def test_a_number_follows_the_link_of_the_display_shown_last(address: str):
    with terminal("--server", address, "--no-history") as shell:
        opened(shell)
        shell.enter("1")
        assert "\nL3: Roses are here." in shell.prompt("[1]")
        shell.enter("0 0")
        shell.until("L3: Pears ripen")
        shell.prompt("[2]")
        shell.enter("show 0")
        shell.prompt("[0]")
        shell.enter("url 1")
        shell.until("\nhttp://garden.test/\n")
        shell.enter("1")
        shell.until("[3] A garden")
        shell.prompt("[3]")
        shell.press(CTRL_D)
        assert shell.ended() == 0


def test_words_are_searched_for_and_a_mistyped_command_is_not(address: str):
    with terminal("--server", address, "--no-history") as shell:
        shell.prompt()
        shell.enter("serach harvest")
        shell.until("Did you mean: search harvest")
        shell.prompt()
        shell.enter("apple harvest")
        shell.until("[0] apple harvest")
        shell.prompt("[0]")
        shell.enter("links")
        shell.until(re.compile(r"\n0  library\.test  \w+").search)


def test_tab_completes_commands_and_offers_links_with_their_text(address: str):
    with terminal("--server", address, "--no-history") as shell:
        opened(shell)
        shell.press(f"cli{TAB}")
        shell.until("[0] > click")
        shell.press(f" {TAB}")
        offered = shell.until("the garden (garden.test)")
        assert "pears (library.test)" in offered
        shell.press(f"{TAB}{TAB}\r")
        shell.until("[1] A garden")


def test_history_outlives_the_shell_and_is_its_owner_s(address: str, tmp_path: Path):
    state = {"XDG_STATE_HOME": str(tmp_path)}
    old = os.umask(0)
    try:
        with terminal("--server", address, environment=state) as shell:
            opened(shell)
            shell.enter(" sources")
            shell.until("Sources of this conversation")
            shell.prompt("[0]")
            shell.press(CTRL_D)
            assert shell.ended() == 0
    finally:
        os.umask(old)
    kept = tmp_path / "polite-browser" / "shell-history"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    with terminal("--server", address, environment=state) as shell:
        shell.prompt()
        shell.press(UP)
        shell.until(f"> {LIBRARY}")  # what began with a space was not kept
        shell.press("\r")
        shell.until("[0] A library")
        shell.press("\x12gard")
        shell.until("gard")
        shell.press(CTRL_C)
    assert "sources" not in kept.read_text()


def test_history_is_bounded_and_may_be_switched_off(address: str, tmp_path: Path):
    kept = tmp_path / "polite-browser" / "shell-history"
    kept.parent.mkdir()
    kept.write_text("".join(f"\n# 2026-01-01\n+line {n}\n" for n in range(KEPT + 50)))
    state = {"XDG_STATE_HOME": str(tmp_path)}
    with terminal("--server", address, environment=state) as shell:
        shell.prompt()
        shell.press(CTRL_D)
        shell.ended()
    lines = [line for line in kept.read_text().splitlines() if line.startswith("+")]
    assert (len(lines), lines[0], lines[-1]) == (KEPT, "+line 50", f"+line {KEPT + 49}")
    assert list(kept.parent.iterdir()) == [kept]
    before = kept.read_bytes()
    with terminal("--server", address, "--no-history", environment=state) as shell:
        opened(shell)
        shell.press(CTRL_D)
        shell.ended()
    assert kept.read_bytes() == before


def test_history_that_cannot_be_kept_is_told_and_nothing_else_fails(address: str, tmp_path: Path):
    (tmp_path / "polite-browser").write_text("a file in the way")
    with terminal("--server", address, environment={"XDG_STATE_HOME": str(tmp_path)}) as shell:
        shell.until("What you type is not kept")
        opened(shell)


def test_the_pager_is_asked_only_for_what_is_taller_than_the_terminal(address: str, tmp_path: Path):
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho "PAGER $LESSSECURE"\nexec tail -n 2\n')
    pager.chmod(0o755)
    with terminal(
        "--server", address, "--no-history", rows=LOWEST, environment={"PAGER": str(pager)}
    ) as shell:
        opened(shell, "http://garden.test/")
        assert b"PAGER" not in shell.written
        shell.enter("http://long.test/")
        shell.until("PAGER 1\nL")
        shell.prompt("[1]")
        shell.enter("page")
        assert "Paragraph 59 of a long page." in shell.until(
            lambda text: text.count("PAGER") == 2 or "L61: " in text
        )


@pytest.mark.skipif(
    shutil.which("less") is None and "CI" not in os.environ, reason="less is not installed"
)
def test_less_shows_a_page_at_a_time_and_how_to_leave(address: str):
    with terminal("--server", address, "--no-history", rows=LOWEST) as shell:
        shell.prompt()
        shell.enter("http://long.test/")
        first = shell.until("q: back to the prompt")
        assert "[0] A long page (http://long.test/)" in first
        shell.press("q")
        shell.prompt("[0]")


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_links_are_coloured_unless_the_person_wants_none(address: str, variables: dict[str, str]):
    with terminal("--server", address, "--no-history", environment=variables) as shell:
        opened(shell)
        if variables:
            assert shell.styles("【0†") == {("default", False)}
            assert shell.styles("A library") == {("default", False)}
            assert not re.search(rb"\x1b\[[0-9;]*3[0-9]m", shell.written)
        else:
            assert shell.styles("【0†") == {("cyan", False)}
            assert shell.styles("A library") == {("default", True)}


def test_a_page_cannot_write_to_the_terminal(address: str):
    with terminal("--server", address, "--no-history") as shell:
        shell.prompt()
        before = len(shell.written)
        shell.enter("http://hostile.test/")
        shell.until("words")
        shell.prompt()
        for line in ("links", "url 0", "page", "steps", "find words"):
            shell.enter(line)
            shell.prompt()
        shell.press(f"click {TAB}")
        shell.until("> click")
        shell.press(f"{CTRL_C}{CTRL_D}")
        shell.ended()
        written = shell.written[before:].decode()
    assert "evil" in written, "the words of the page are shown"
    assert "\x1b]" not in written
    assert "\x1b[2J" not in written.replace("\x1b[2J\x1b[H", "")
    assert not re.search("[\x80-\x9f\u202e\u2066-\u2069\x07]", written)


def test_a_wait_is_counted_down_and_leaves_nothing_behind(world: World, address: str):
    for name in ("", "next"):
        world.page("slow.test", f"/{name}", f"<p>Slow words {name}.</p>")
    with terminal("--server", address, "--no-history") as shell:
        opened(shell, "http://slow.test/")
        shell.enter("http://slow.test/next")
        wait = re.compile(r"waiting (\d) s for slow\.test · \d s · Ctrl-C stops it")
        found = wait.search(shell.until(wait.search))
        assert found is not None
        less = int(found[1]) - 1
        shell.until(f"waiting {less} s for slow.test")
        shell.press(CTRL_C)
        after = shell.until("Stopped.")
        assert "waiting" not in after
        shell.prompt("[0]")
        assert "/next" not in world.targets("slow.test")
        shell.enter("again")
        shell.until("waiting")
        arrived = shell.until("[1] A page (http://slow.test/next)")
        assert "waiting" not in arrived
        assert "Ctrl-C" not in arrived.split("again")[1]
        shell.prompt("[1]")
        assert world.targets("slow.test").count("/next") == 1


def test_ctrl_c_at_the_prompt_discards_the_line_and_leaves_the_shell(address: str):
    with terminal("--server", address, "--no-history") as shell:
        shell.prompt()
        shell.press("open http://garden.te")
        shell.until("garden.te")
        shell.press(CTRL_C)
        shell.prompt()
        opened(shell)
        shell.enter("quit")
        assert shell.ended() == 0


def test_a_failure_says_why_and_when_to_try_again(world: World, address: str):
    world.reply("away.test", "/", 503, "Later.", headers={"Retry-After": "120"})
    with terminal("--server", address, "--no-history") as shell:
        shell.prompt()
        shell.enter("http://away.test/")
        shell.until("Click failed:")
        shell.until("Try again in 120 s: type again.")


def test_who_joins_a_conversation_sees_what_was_done_and_goes_on(address: str, talk: Talk):
    talk.open(LIBRARY)
    talk.fails("unknown_link", "click", id=99)
    arguments = ("--server", address, "--session", talk.session, "--no-history")
    with terminal(*arguments) as shell:
        shell.until("click id=99: Click failed: there is no link 99")
        shell.prompt("[0]")
        shell.enter("show")
        shell.until("[0] A library (http://library.test/)")
        shell.prompt("[0]")
        shell.enter("1")
        shell.until("[1] A garden")
        shell.prompt("[1]")
    last = talk.transcript()["steps"][-1]
    assert (last["command"], last["args"], last["cursor"]) == ("click", {"id": 1, "cursor": 0}, 1)


def test_quotes_come_with_a_link_and_can_be_saved(address: str, tmp_path: Path):
    file = tmp_path / "notes.md"
    with terminal("--server", address, "--no-history", columns=200) as shell:
        opened(shell, "http://garden.test/")
        shell.enter("quote 3")
        shell.until("http://garden.test/#:~:text=Roses")
        shell.prompt("[0]")
        shell.enter("sources")
        shell.until("\n【0†L3】\nRoses are here.\nhttp://garden.test/#:~:text=")
        for outcome in (f"Written: {file}", "is there already"):
            shell.enter(f"save {file}")
            shell.until(outcome)
    assert "> Roses are here." in file.read_text()


def test_a_service_that_starts_here_is_waited_for_by_the_first_command_only(tmp_path: Path):
    config = tmp_path / "settings.toml"
    config.write_text("[page]\nworkers = 1\n")
    with terminal("--config", str(config), "--no-history") as shell:
        shell.prompt()
        shell.enter("sources")
        shell.until("(none yet)")
        shell.prompt()
        shell.press(CTRL_D)
        assert shell.ended() == 0


def test_a_service_that_cannot_start_is_told_by_the_first_command(tmp_path: Path):
    config = tmp_path / "settings.toml"
    config.write_text(
        '[agent]\nsigning_key = "nowhere.pem"\nsignature_agent = "https://browser.example"\n'
    )
    with terminal("--config", str(config), "--no-history") as shell:
        shell.prompt()
        shell.enter("cats")
        shell.until("nowhere.pem cannot be read")

"""``polite-browser limits``: what hosts may be asked, from a terminal, while the service runs.

Speaks to the service as its operator (``/operator/``). Exits 0 when it is done, 1 when the
service has not done it (no order stood, a settings file that cannot be used), 2 when it could
not be asked.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import click

from browser.model.limits import HostState

if TYPE_CHECKING:
    from browser.client import Operator

HEADS = (
    *("HOST", "STATE", "REQUESTS", "FAILED", "LAST (UTC)"),
    *("RATE/S", "BURST", "PLACES", "HOURLY", "SET BY", "NOTE"),
)
WIDTH = 120  # columns that a table has, unless names need more

Command = Callable[..., None]


def _service(command: Command) -> Command:
    """Add the options that say which service, and with which token."""
    options = (
        click.option(
            "--token",
            envvar="BROWSER_OPERATOR_TOKEN",
            help="The operator's token (server.operator_token).",
        ),
        click.option("--server", "address", help="Address of the service."),
        click.option(
            "--config",
            type=click.Path(),
            help="The service's settings (or BROWSER_CONFIG): they know address and token too.",
        ),
    )
    for option in options:
        command = option(command)
    return command


@click.group()
def limits() -> None:
    """Change how gently a running service treats hosts. Changes outlive a restart."""


@limits.command("list")
@_service
@click.option("--search", default="", help="Only hosts whose name contains this.")
@click.option(
    "--state",
    type=click.Choice(get_args(HostState)),
    default=None,
    help="Only hosts in this state.",
)
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of each, as JSON.")
@click.option("--toml", "as_toml", is_flag=True, help="The orders, as tables for a settings file.")
def list_(search: str, state: str | None, as_json: bool, as_toml: bool, **service: Any) -> None:
    """Show the hosts that were asked for or have limits of their own."""
    if as_toml and (as_json or search or state):
        _fail("--toml shows every order; leave --json, --search and --state away")
    with _asking(service) as operator:
        if as_toml:
            print(operator.orders(), end="")
            return
        hosts = operator.hosts(search, state or "")
    if as_json:
        print(json.dumps(hosts, indent=1))
    elif hosts:
        _table(hosts)
    else:
        narrowed = search or state
        print("No host is like that." if narrowed else "No host has been asked for yet.")


@limits.command("set")
@_service
@click.argument("host")
@click.option("--rate", type=float, help="Requests a second in the long run.")
@click.option("--burst", type=int, help="Requests at once after a pause.")
@click.option("--concurrency", type=int, help="Requests under way at the same time.")
@click.option("--hourly", type=int, help="Requests an hour.")
@click.option("--block/--allow", "blocked", default=None, help="Do not open the host at all.")
@click.option("--note", help="Why; models whose request is refused read it too.")
def set_(host: str, **given: Any) -> None:
    """Set limits of HOST. What is not named stays as it was ordered, or follows the settings."""
    service = {name: given.pop(name) for name in ("config", "address", "token")}
    named = {name: value for name, value in given.items() if value is not None}
    if not named:
        _fail("say what to set: --rate, --burst, --concurrency, --hourly, --block, --allow, --note")
    import tomllib  # noqa: PLC0415

    with _asking(service) as operator:
        name = operator.host(host)["host"]
        standing = tomllib.loads(operator.orders()).get("limits", {}).get("hosts", {})
        _table([operator.order(name, {**standing.get(name, {}), **named})])


@limits.command()
@_service
@click.argument("host")
def unset(host: str, **service: Any) -> None:
    """Take the order for HOST back: its limits follow the settings again."""
    with _asking(service, absent=f"no order stands for {host}") as operator:
        _table([operator.withdraw(host)])


@limits.command()
@_service
def reload(**service: Any) -> None:
    """Have the service read the limits in its settings file again, as SIGHUP does."""
    with _asking(service) as operator:
        answer = operator.reload()
    print(_plain(answer.get("says", "")))
    sys.exit(0 if answer.get("reloaded") else 1)


@limits.command()
@_service
def watch(**service: Any) -> None:
    """Show what happens, line by line, until Ctrl-C."""
    try:
        with _asking(service) as operator:
            for event, data in operator.events():
                for line in _lines(event, data):
                    print(time.strftime("%H:%M:%S"), line, flush=True)
    except KeyboardInterrupt:
        sys.exit(0)
    _fail("the service has stopped")


@contextmanager
def _asking(service: dict[str, Any], absent: str = "") -> Iterator[Operator]:
    """The service that the options name. What it refuses ends the program, with one line."""
    from browser.client import ClientError, Operator  # noqa: PLC0415

    address, token = _where(**service)
    if not token:
        _fail(
            "an operator's token is needed: --token, BROWSER_OPERATOR_TOKEN, or --config with "
            "server.operator_token"
        )
    try:
        operator = Operator(address, token, _me())
    except (ClientError, ValueError):
        _fail(f"{_plain(address)} is no http address; write it as http://127.0.0.1:8000")
    try:
        yield operator
    except ClientError as error:
        if error.status == 404 and absent:
            _fail(absent, 1)
        if error.status == 401:
            _fail("the service does not take this token: it has to be its server.operator_token")
        _fail(_plain(str(error)))
    except (ValueError, KeyError, TypeError):  # an answer in another shape than ours
        _fail(f"what answers at {_plain(address)} is no polite-browser")
    except BrokenPipeError:  # as in `limits list | head`
        sys.stderr.close()
        sys.exit(0)


def _where(config: str | None, address: str | None, token: str | None) -> tuple[str, str]:
    """Address and token: what the command line says, else what the settings say."""
    if address and token:
        return address, token
    from browser.config import SettingsError, load  # noqa: PLC0415

    try:
        server = load(config).server
    except SettingsError as error:
        _fail(str(error))
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.host, server.host)  # noqa: S104
    shown = f"[{host}]" if ":" in host else host
    return address or f"http://{shown}:{server.port}", token or server.operator_token


def _me() -> str:
    """Who this is, for the audit log."""
    import getpass  # noqa: PLC0415
    import socket  # noqa: PLC0415

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = "operator"
    name = f"{user}@{socket.gethostname()}"[:80]
    return "".join(char if "!" <= char <= "~" else "?" for char in name)


def _table(hosts: Sequence[dict[str, Any]]) -> None:
    rows = [HEADS, *(_row(host) for host in hosts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS) - 1)]
    left = max(len(HEADS[-1]), WIDTH - sum(widths) - 2 * len(widths))
    for *row, note in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([*cells, note if len(note) <= left else f"{note[: left - 1]}…"]).rstrip())


def _row(host: dict[str, Any]) -> tuple[str, ...]:
    held, outcomes = host["limits"], host["outcomes"]
    numbers = (held[name] for name in ("rate", "burst", "concurrency", "hourly"))
    failed = sum(outcomes.values()) - outcomes.get("ok", 0)
    last = (host["last"] or "-")[5:16].replace("T", " ") or "-"  # month, day, hour and minute
    return tuple(
        _plain(cell)
        for cell in (
            *(host["host"], _state(host), host["requests"], failed, last),
            *(*(f"{number:g}" for number in numbers), held["by"] or held["source"], held["note"]),
        )
    )


def _state(host: dict[str, Any]) -> str:
    state = str(host["state"])
    if host["back_off"] and state == "backing_off":
        return f"backing_off {host['back_off']['seconds']:.0f}s"
    return f"waiting {host['queue']['waiting']}" if state == "waiting" else state


def _lines(event: str, data: Any) -> Iterator[str]:
    """An event as lines for a person."""
    if event == "totals":
        counts = ("running", "waiting", "under_way", "backing_off", "blocked", "failures")
        yield "totals   " + ", ".join(f"{name} {data[name]}" for name in counts)
    elif event == "hosts":
        for host in data:
            name, state, asked, _, _, rate, burst, places, hourly, *_ = _row(host)
            yield (
                f"host     {name}: {state}; {rate}/s, burst {burst}, concurrency {places}, "
                f"hourly {hourly}; {asked} request{'' if asked == '1' else 's'}"
            )
    elif event == "refusal":
        again = f", again in {data['retry_after']} s" if data["retry_after"] else ""
        why = f" ({data['rule']})" if data["rule"] else ""
        yield _plain(f"refusal  {data['host']}: {data['code']}{why}{again}")
    elif event == "change":
        what = f"{data['action']} {data['host']}".strip()
        yield _plain(f"change   {data['by']}: {what}{_after(data)}")


def _after(change: dict[str, Any]) -> str:
    if change["action"] == "reload":
        return f": {change['note']}"
    after = change["after"] or {}
    said = [f"{name} {value}" for name, value in after.items() if name not in ("by", "at")]
    return f": {', '.join(said)}" if said else ""


def _plain(text: object) -> str:
    """*text* without what a terminal would obey."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(text))


def _fail(message: str, code: int = 2) -> NoReturn:
    print(f"polite-browser: {message}", file=sys.stderr)
    sys.exit(code)

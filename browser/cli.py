"""The command line. Imports stay inside the commands: each pays only for what it uses."""

from __future__ import annotations

import gc
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn

import click

from browser import __version__
from browser.limits_cli import limits

_config = click.option(
    "--config", type=click.Path(), help="TOML file with settings (or BROWSER_CONFIG)."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="polite-browser")
def main() -> None:
    """A text browser for language models."""


@main.command()
@_config
@click.option("--host", help="Address to listen on (server.host).")
@click.option("--port", type=int, help="Port to listen on (server.port); 0 picks a free one.")
@click.option("--workers", type=int, default=1, help="Processes; more than 1 needs a shared store.")
def serve(config: str | None, host: str | None, port: int | None, workers: int) -> None:
    """Run the service."""
    gc.disable()  # until all is made (`browser.serve.settle`): nothing of it is garbage
    given = {"host": host, "port": port}
    settings = _load(
        config, server={key: value for key, value in given.items() if value is not None}
    )
    from browser import workers as several  # noqa: PLC0415

    with several.counting(workers):
        from browser.serve import StartError  # noqa: PLC0415
        from browser.serve import serve as run  # noqa: PLC0415

        try:
            if workers != 1:
                sys.exit(several.serve(settings, workers))
            run(settings)
        except StartError as error:
            _fail(str(error))


@main.command()
@click.option("--serve", "stay", is_flag=True, help="Leave everything running afterwards.")
def demo(stay: bool) -> None:
    """Run one scripted conversation over a little web of its own. Needs no network and no key."""
    from browser import demo as scripted  # noqa: PLC0415
    from browser.serve import StartError  # noqa: PLC0415

    try:
        if stay:
            scripted.serve()
        else:
            scripted.run()
    except (StartError, FileNotFoundError) as error:
        _fail(str(error))


@main.command()
@_config
@click.option("--server", "address", help="Address of a running service; none starts one here.")
@click.option("--token", default="", help="Bearer token of that service.", envvar="BROWSER_TOKEN")
@click.option("--session", default="", help="Conversation of that service to join.")
@click.option("--no-history", is_flag=True, help="Keep nothing of what is typed.")
def shell(
    config: str | None, address: str | None, token: str, session: str, no_history: bool
) -> None:
    """Browse by hand: the commands a model has, typed.

    From a pipe it reads a command a line, prints plain text, and exits 1 when one has failed.
    """
    if session and not address:
        _fail("--session needs --server: a service that starts here has no conversations yet")
    from browser.client import Client, ClientError  # noqa: PLC0415
    from browser.shell.loop import run  # noqa: PLC0415

    try:
        if address:
            client = Client(address, token, session)
            sys.exit(run(client, keep_history=not no_history, joined=bool(session)))
        from browser.shell.here import starting  # noqa: PLC0415

        settings = _load(config, server={"host": "127.0.0.1", "port": 0}, store={"url": "memory:"})

        def service() -> AbstractContextManager[str]:
            from browser.background import running  # noqa: PLC0415

            return running(settings)

        with starting(service, next(iter(settings.server.tokens), "")) as client:
            code = run(client, keep_history=not no_history)
        sys.exit(code)
    except (ClientError, ValueError) as error:
        _fail(str(error))


@main.command()
@_config
def mcp(config: str | None) -> None:
    """Speak MCP on standard input and output, for a client that starts this program.

    Keeps everything in memory unless store.url is set.
    """
    settings = _load(config)
    from browser.stdio import run  # noqa: PLC0415

    try:
        run(settings)
    except ValueError as error:
        _fail(str(error))


@main.command()
@_config
@click.argument("url")
def check(config: str | None, url: str) -> None:
    """Say what would happen to URL and which rule decides, without fetching the page.

    Asks the site for its robots.txt, under the name that the settings give. Knows nothing of a
    running service: neither pauses that sites asked it for nor its live limits. "Check a URL" on
    its page /operator does, and GET /operator/check?url=.

    Exits 0 when it would be fetched, 1 when it would not.
    """
    import anyio  # noqa: PLC0415

    from browser.check import check as climb  # noqa: PLC0415

    settings = _load(config)
    try:
        rungs = anyio.run(climb, settings, url)
    except ValueError as error:
        _fail(str(error))
    for rung in rungs:
        print(f"{'ok ' if rung.passed else 'NO '} {rung.name:8s} {rung.says}")
    sys.exit(0 if all(rung.passed for rung in rungs) else 1)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--base-url", required=True, help="Address that FOLDER stands for.")
@click.option(
    "--index", default="index.db", type=click.Path(path_type=Path), help="File to write or add to."
)
def index(folder: Path, base_url: str, index: Path) -> None:
    """Build the index of the local search provider from HTML, Markdown and text files."""
    from browser.search.index import build  # noqa: PLC0415

    try:
        built = build(folder, base_url, index)
    except (ValueError, OSError) as error:
        _fail(str(error))
    print(f"{built.added} pages in {index}")
    for name in built.skipped:
        print(f"skipped {name}")


main.add_command(limits)


@main.group()
def keys() -> None:
    """Keys that sign requests (Web Bot Auth)."""


@keys.command("new")
@click.argument("file", type=click.Path())
def keys_new(file: str) -> None:
    """Make a private key and write it into FILE, which may not be there yet."""
    from browser.keys import new  # noqa: PLC0415

    try:
        print("\n".join(new(file)))
    except ValueError as error:
        _fail(str(error))


@keys.command("show")
@_config
@click.argument("file", type=click.Path(), required=False)
def keys_show(config: str | None, file: str | None) -> None:
    """Show what is public of the key in FILE, or of the keys that the settings name."""
    from browser.keys import show, show_configured  # noqa: PLC0415

    if file and config:
        _fail("name a FILE or --config, not both")
    try:
        print("\n".join(show(file) if file else show_configured(_load(config))))
    except ValueError as error:
        _fail(str(error))


def _load(config: str | None, **overrides: dict[str, Any]) -> Any:
    from browser.config import SettingsError, load  # noqa: PLC0415

    try:
        return load(config, **overrides)
    except SettingsError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    print(f"polite-browser: {message}", file=sys.stderr)
    sys.exit(2)

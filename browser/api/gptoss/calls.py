"""One call of a gpt-oss model: a command run for as long as somebody waits for its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from browser.api.gptoss import args, wording
from browser.api.under_way import Command
from browser.conversation import Conversations
from browser.telemetry.log import log_defect

MAX_CALLS = 32  # of one connection at the same time; a conversation runs one after another
CLEANUP = "cleanup_session"  # that vLLM calls at the end of a request, listed or not
KEPT = "Nothing was deleted. What this conversation has read can be cited until it expires."

READERS: dict[str, Callable[[Mapping[str, Any]], args.Command]] = {
    "search": args.search,
    "open": args.open_,
    "find": args.find,
}


class Answer(NamedTuple):
    """What the model reads.

    Attributes:
        text: Never empty.
        failed: Whether the call failed.
    """

    text: str
    failed: bool


@dataclass
class Caller:
    """Who is at the other end of a connection.

    Attributes:
        owner: Digest of the credential.
        session: The conversation's name.
        calls: How many are under way.
    """

    owner: str
    session: str
    calls: int = 0


class Calls:
    """Answers the calls of models.

    Args:
        conversations: Runs commands.
    """

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def answer(self, caller: Caller, name: str, given: Mapping[str, Any]) -> Answer:
        """Run the tool *name*; every mistake and failure is an answer, too."""
        # Models trained on namespaces write the whole of it now and then.
        bare = name.removeprefix("functions.").removeprefix("browser.")
        if bare == CLEANUP:
            # Citations are resolved after the end. There is nothing to mark either: how long a
            # conversation has been idle counts from its last command.
            return Answer(KEPT, failed=False)
        if bare not in READERS:
            return Answer(wording.unknown_function(name, tuple(READERS)), failed=True)
        if caller.calls >= MAX_CALLS:
            return Answer(
                f"Error: {MAX_CALLS} calls of this connection are under way.\n"
                "Wait for their answers.",
                failed=True,
            )
        caller.calls += 1
        try:
            return await self._run(caller, READERS[bare](given))
        except args.BadArgument as error:
            return Answer(error.text, failed=True)
        except Exception as error:  # noqa: BLE001 - a defect's words must reach no model
            log_defect(error)
            return Answer(f"Error: a defect of this browser.\n{wording.OTHER}", failed=True)
        finally:
            caller.calls -= 1

    async def _run(self, caller: Caller, command: args.Command) -> Answer:
        with Command():  # who hangs up cancels the connection's tasks
            reply = await self._conversations.run(
                caller.owner, caller.session, command.name, command.args
            )
        if reply.result is None:
            return Answer(wording.told(reply), failed=True)
        return Answer(reply.result.text, failed=False)

"""The general MCP server, on the official SDK. Imported when MCP is first spoken.

Every result has the display's text first, as the HTTP interface gives it but for the verb of a
failure (`browser.api.verbs`), and then, after an empty line, ``[session: NAME]``: a client without
a connection has to hand that name back. It is always the last line, and no line of a page can pass
for it: those of a display begin with their number. A failure of a call that named no session says
so before it. The same reply stands in the structured content. Addresses of what was read follow as
links for the person who looks on.

A host that names the conversation in a header decides: a model's own word for it, the argument
``session``, counts where no host does.

Governing text: MCP 2026-07-28 and the versions before it. Of these 2025-03-26 alone has batches of
messages; they are refused, and a client has to send one message at a time. Left to taste: which
addresses are given.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from browser import __version__
from browser.api.access import check_session, session_name
from browser.api.mcp.door import SESSION
from browser.api.mcp.tools import INSTRUCTIONS, TOOLS, Mistake, Tool
from browser.api.problem import Problem
from browser.api.reply import reply_json
from browser.api.schema import ReplyInfo
from browser.api.under_way import Command
from browser.api.verbs import retold
from browser.conversation import Conversations
from browser.model.result import Reply
from browser.telemetry.log import log_defect
from browser.text import marks

NAME = "polite-browser"
LINKS_SINCE = "2025-06-18"  # older clients refuse a result with a link in it
MAX_TITLE = 200  # characters
SAME = CacheHint(ttl_ms=3_600_000, scope="public")  # what is the same for every caller

# What a body or a line that is no message is answered with (JSON-RPC 2.0, 5.1), by its code.
SENTENCES = {
    types.PARSE_ERROR: "This is no JSON. Send one JSON-RPC 2.0 message.",
    types.INVALID_REQUEST: (
        'This is no JSON-RPC 2.0 message. Send one object with "jsonrpc": "2.0" and a method; '
        "batches are not supported."
    ),
}
LOST = (
    "\n\nNo session was named, so this call began a new one. Give the session of an earlier result."
)

Context = ServerRequestContext[Any]
T = TypeVar("T")


class Work:
    """Commands under way."""

    def __init__(self) -> None:
        self._commands: set[Command] = set()

    async def do(self, work: Awaitable[T]) -> T | None:
        """Do *work*, past a cancellation once a site has been asked.

        Returns:
            What it brought, or ``None`` when everything was ended.
        """
        with Command() as command:
            self._commands.add(command)
            try:
                return await work
            finally:
                self._commands.discard(command)
        return None

    def end(self) -> None:
        """End all of them: nobody will come back for what they bring."""
        for command in self._commands:
            command.end()


class Door:
    """What answers.

    Args:
        conversations: Runs commands.
        session: The conversation of a caller that names none; a new one for each call when left
            out.

    Attributes:
        server: The SDK's.
        work: Commands under way.
    """

    def __init__(self, conversations: Conversations, session: str | None = None) -> None:
        self._conversations = conversations
        self._session = session
        told = [_told(tool) for tool in TOOLS.values()]
        self._tools = types.ListToolsResult(tools=told)
        self.work = Work()
        self.server: Server[Any] = Server(
            NAME,
            version=__version__,
            title="Polite browser",
            instructions=INSTRUCTIONS,
            get_tool_input_schema={tool.name: tool.input_schema for tool in told}.get,
            cache_hints={"tools/list": SAME, "server/discover": SAME},
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        self.server.middleware.clear()  # it tells telemetry what models ask

    async def _list(
        self, _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return self._tools

    async def _call(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:  # the specification wants this one as an error of the protocol
            valid = ", ".join(TOOLS)
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool. The tools are: {valid}.")
        try:
            arguments = tool.read(params.arguments or {})
            command, given = arguments.call(tool.command)
            session = self._name(context, arguments.session)
        except Mistake as mistake:
            return _failed(tool.mistaken(mistake))
        owner = context.request.state.owner if context.request is not None else ""
        try:
            reply = await self.work.do(self._conversations.run(owner, session, command, given))
        except Exception as error:  # noqa: BLE001 - the SDK would tell the caller its words
            log_defect(error)
            return _failed(tool.failed(command, "a defect of this service; its log says more."))
        if reply is None:
            return _failed(tool.failed(command, "this service is about to stop."))
        return _result(tool, reply, context.protocol_version, was_named=session is not None)

    def _name(self, context: Context, given: str | None) -> str | None:
        """The conversation meant.

        The host's word comes first (`browser.api.access.SESSION_HEADERS`), then the model's, the
        argument *given*, then the connection's (``Mcp-Session-Id``), then this door's own.

        Raises:
            Mistake: not a usable name.
        """
        try:
            if context.request is not None:
                instead = context.request.headers.get(SESSION) if given is None else given
                return session_name(context.request, instead)
            return self._session if given is None else check_session(given)
        except Problem as problem:
            raise Mistake(problem.detail.removesuffix(".")) from problem


def malformed(code: int) -> types.JSONRPCError:
    """The answer to what is no message; its words are never repeated.

    Args:
        code: One of `SENTENCES`.
    """
    error = types.ErrorData(code=code, message=SENTENCES[code])
    return types.JSONRPCError(jsonrpc="2.0", id=None, error=error)


def _told(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.schema(),
        output_schema=ReplyInfo.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=tool.is_idempotent,
            open_world_hint=True,
        ),
    )


def _failed(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)


def _result(tool: Tool, reply: Reply, version: str, *, was_named: bool) -> types.CallToolResult:
    told = reply_json(reply)
    if reply.failure is not None:
        told["text"] = told["failure"]["message"] = retold(reply.failure.message, tool.name)
    lost = LOST if reply.failure is not None and not was_named else ""
    text = types.TextContent(text=f"{told['text']}{lost}\n\n[session: {reply.session}]")
    links = _links(reply) if version >= LINKS_SINCE else []
    return types.CallToolResult(
        content=[text, *links],
        structured_content=told,
        is_error=reply.failure is not None,
    )


def _links(reply: Reply) -> list[types.ResourceLink]:
    """What a person may want to open: the page, or the very words that were quoted."""
    result = reply.result
    if result is None:
        return []
    if result.quote is not None:
        return [_link(result.quote.source_url, result.quote.title, result.quote.domain)]
    shown = result.display
    if reply.command in ("click", "open_url") and shown is not None:
        return [_link(shown.url, shown.title, shown.url)]
    return []


def _link(url: str, title: str, instead: str) -> types.ResourceLink:
    return types.ResourceLink(
        uri=url,
        name=marks.for_display(title.strip() or instead)[:MAX_TITLE],
        annotations=types.Annotations(audience=["user"]),
    )

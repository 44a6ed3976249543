"""The general MCP server, on the official SDK. Imported when MCP is first spoken.

Every result has the display's text first, exactly as the HTTP interface gives it, and then, after
an empty line, ``[session: NAME]``: a client without a connection has to hand that name back. It is
always the last line, and no line of a page can pass for it: those of a display begin with their
number. A failure of a call that named no session says so before it. The same reply stands in the
structured content. Addresses of what was read follow as links for the person who looks on.

Governing text: MCP 2026-07-28 and the versions before it. Left to taste: which addresses are given.
"""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any, TypeVar

import anyio
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from browser import __version__
from browser.api.access import check_session, session_name
from browser.api.mcp import SESSION
from browser.api.mcp_tools import INSTRUCTIONS, TOOLS, Mistake, Tool
from browser.api.problem import Problem
from browser.api.reply import reply_json
from browser.api.schema import ReplyInfo
from browser.conversation import VERBS, Conversations
from browser.model.current import UNDER_WAY
from browser.model.result import Reply
from browser.telemetry.log import log_defect
from browser.text import marks

NAME = "polite-browser"
LINKS_SINCE = "2025-06-18"  # older clients refuse a result with a link in it
MAX_TITLE = 200  # characters
SAME = CacheHint(ttl_ms=3_600_000, scope="public")  # what is the same for every caller

LOST = (
    "\n\nNo session was named, so this call began a new one. Give the session of an earlier result."
)

Context = ServerRequestContext[Any]
T = TypeVar("T")


class Work:
    """Commands under way: who only waits is cancelled, what a site was asked for is finished."""

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()

    async def do(self, command: Awaitable[T]) -> T | None:
        """Run *command*, past a cancellation once a site has been asked.

        Returns:
            What it brought, or ``None`` when everything was ended.
        """
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            UNDER_WAY.set(partial(setattr, scope, "shield", True))  # in the task of one request
            try:
                return await command
            finally:
                self._scopes.discard(scope)
        return None

    def end(self) -> None:
        """Cancel all of them: nobody will come back for what they bring."""
        for scope in self._scopes:
            scope.cancel()


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
            return _failed(f"{VERBS[command]} failed: a defect of this service; its log says more.")
        if reply is None:
            return _failed(f"{VERBS[command]} failed: this service is about to stop.")
        return _result(reply, context.protocol_version, was_named=session is not None)

    def _name(self, context: Context, given: str | None) -> str | None:
        """The conversation meant: the argument, else a header, else the connection, else none.

        Raises:
            Mistake: not a usable name.
        """
        try:
            if given is not None:
                return check_session(given)
            if context.request is not None:
                return session_name(context.request, context.request.headers.get(SESSION))
        except Problem as problem:
            raise Mistake(problem.detail.removesuffix(".")) from problem
        return self._session


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


def _result(reply: Reply, version: str, *, was_named: bool) -> types.CallToolResult:
    told = reply_json(reply)
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

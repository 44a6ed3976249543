"""Why something failed: one name for JSON code, metric label, log field and docs."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """One failure, by its public code. README has a row for each member."""

    ROBOTS_DISALLOWED = "robots_disallowed"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    SITE_DECLINED = "site_declined"
    RATE_LIMITED = "rate_limited"
    HOST_BACKING_OFF = "host_backing_off"
    PAYMENT_REQUIRED = "payment_required"
    HTTP_STATUS = "http_status"
    TIMEOUT = "timeout"
    DNS_FAILED = "dns_failed"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    BAD_RESPONSE = "bad_response"
    ADDRESS_REFUSED = "address_refused"
    SCHEME_REFUSED = "scheme_refused"
    PORT_REFUSED = "port_refused"
    BAD_URL = "bad_url"
    HOST_BLOCKED = "host_blocked"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    UNREADABLE = "unreadable"
    NO_TEXT = "no_text"
    SEARCH_FAILED = "search_failed"
    UNKNOWN_LINK = "unknown_link"
    UNKNOWN_CURSOR = "unknown_cursor"
    UNKNOWN_LINE = "unknown_line"
    NO_PAGE = "no_page"
    NO_HISTORY = "no_history"
    NOT_FOUND = "not_found"
    QUOTE_REFUSED = "quote_refused"
    SESSION_FULL = "session_full"
    BUSY = "busy"

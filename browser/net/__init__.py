"""The only sockets: resolver, transport, body, fetcher; and the worker processes."""

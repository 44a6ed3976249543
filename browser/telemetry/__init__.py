"""Subscribers of the one canonical record per fetch: log line, metrics."""

"""Subscribers of the one canonical record per fetch: log line, metrics."""

# Names the folder where prometheus_client adds up what processes count. It has to stand in the
# environment before that is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"

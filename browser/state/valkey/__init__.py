"""State that replicas share, kept by a Valkey or Redis server."""

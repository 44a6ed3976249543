"""MCP for everybody else: Streamable HTTP in both eras, and the parts of it that stdio shares."""

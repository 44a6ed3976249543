"""The tool server of gpt-oss: MCP over server-sent events, as vLLM and SGLang speak it."""

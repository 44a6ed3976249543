"""Open WebUI: tools, an external search engine, an external page loader."""

"""A text browser for language models: numbered lines and links, exact quotes, good manners."""

__version__ = "0.1.0"

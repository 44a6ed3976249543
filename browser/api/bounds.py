"""How large what a caller sends may be, at every door alike. Left to taste, all of them."""

from __future__ import annotations

MAX_QUERY = 2000  # characters of a question to the search provider
MAX_PATTERN = 1000  # characters of what is to be found on a page
MAX_URL = 8192  # characters of an address as it is given
MAX_SITE = 253  # characters of a host's name
MAX_DAYS = 36_500  # of a search for what is recent
MAX_RESULTS = 50  # of one search
RESULTS = 10  # of one search, when nobody says how many
FAR = 10**9  # larger numbers name no line, link or display; replies need not repeat them

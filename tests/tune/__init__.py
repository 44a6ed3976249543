"""Learns the weights of `browser.text.score` from pages with known main text."""

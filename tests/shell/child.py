"""The command line as a session of its own: the terminal on its input is the one it belongs to."""

from __future__ import annotations

import os

# Opened by who leads a session, a terminal becomes that session's: Ctrl-C is a signal then.
os.close(os.open(os.ttyname(0), os.O_RDWR))

if __name__ == "__main__":
    from browser.cli import main

    main()

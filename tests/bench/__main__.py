"""How fast is it? ``python -m tests.bench [PART ...]``: loopback only.

Prints absolute numbers of this machine and, what matters more, ratios to a plain alternative
that was measured in the same run. Without a name every part runs, in under six minutes.
"""

from __future__ import annotations

import os
import sys

PARTS = (
    "render",
    "handover",
    "overhead",
    "commands",
    "click",
    "ladder",
    "hostile",
    "console",
    "mcp",
    "resolve",
    "startup",
    "sessions",
)


def main(names: list[str]) -> int:
    """Run the parts named, or all of them."""
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
        return 2
    from tests.bench import (
        click,
        commands,
        console,
        handover,
        hostile,
        ladder,
        mcp,
        overhead,
        render,
        resolve,
        sessions,
        startup,
    )

    parts = {
        "render": render.run,
        "handover": handover.run,
        "overhead": overhead.run,
        "commands": commands.run,
        "click": click.run,
        "ladder": ladder.run,
        "hostile": hostile.run,
        "mcp": mcp.run,
        "console": console.run,
        "resolve": resolve.run,
        "startup": startup.run,
        "sessions": sessions.run,
    }
    python = ".".join(str(part) for part in sys.version_info[:3])
    print(f"{os.cpu_count()} processors, Python {python}, load {os.getloadavg()[0]:.1f}")
    for name in names or PARTS:
        print()
        parts[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

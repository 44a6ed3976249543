"""Fuzzing that is guided by which branches an input reaches.

    pip install 'polite-browser[fuzz]'
    python -m tests.fuzz.guided {render,robots,url,citations} [--seconds 60] [--corpus FOLDER]

Needs Atheris. Begins with the little web and what earlier runs kept in FOLDER; runs until the
time is over, or until a finding, which is written to FOLDER and printed. A finding is tried again
without Atheris by naming its file: ``--only FILE``. Exits with 1 when something was found.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.seeds import little_web

LONGEST = 4_000  # octets of an input
AT_ONCE = 15  # seconds; an input that takes longer is a finding
MEMORY = 2048  # MiB, idem
_INSIDE = "--inside"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided")
    parser.add_argument("target", choices=["render", "robots", "url", "citations"])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="inputs to begin with, and to keep")
    parser.add_argument("--only", type=Path, help="try one input again, without a guide")
    asked = parser.parse_args()
    if asked.only:
        from tests.fuzz.targets import TARGETS

        begun = time.perf_counter()
        TARGETS[asked.target](asked.only.read_bytes())
        print(f"nothing found in {time.perf_counter() - begun:.2f} s")
        return 0
    try:
        importlib.import_module("atheris")
    except ImportError:
        print("guided fuzzing needs Atheris: pip install 'atheris>=3'", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as made:
        corpus = asked.corpus or Path(made) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        words = Path(made) / "words"
        _prepare(asked.target, corpus, words)
        options = [
            f"-max_total_time={asked.seconds}",
            f"-max_len={LONGEST}",
            f"-timeout={AT_ONCE}",
            f"-rss_limit_mb={MEMORY}",
            f"-dict={words}",
            f"-artifact_prefix={corpus}/finding-",
            "-print_final_stats=1",
        ]
        command = [sys.executable, "-m", "tests.fuzz.guided", asked.target, _INSIDE]
        done = subprocess.run([*command, *options, str(corpus)], check=False)
    return 1 if done.returncode else 0


def _prepare(target: str, corpus: Path, words: Path) -> None:
    """Write the first inputs and the dictionary (libFuzzer's format: quoted, escaped)."""
    from tests.fuzz.targets import WORDS

    written = ("".join(f"\\x{octet:02x}" for octet in word) for word in WORDS[target])
    words.write_text("\n".join(f'"{word}"' for word in written))
    for number, body in enumerate(beginnings(target)):
        (corpus / f"seed-{number}").write_bytes(body[:LONGEST])


def beginnings(target: str) -> list[bytes]:
    """What a run begins with."""
    seeds = little_web()
    if target == "render":
        return [b"\x00" + seed.body() for seed in seeds if seed.kind == "text/html"][::8]
    if target == "robots":
        files = [seed.body() for seed in seeds if seed.name.endswith("robots.txt")]
        return [file + b"\x00search?q=1" for file in files]
    if target == "url":
        return [
            b"https://www.example.com/a?b#c",
            b"/x",
            b"http://[::1]/",
            "https://münchen.de".encode(),
        ]
    return ["So 【0†L2】, and 【1†L2-L3】【0†title】. 【7†x】".encode()]


def inside(target: str, options: list[str]) -> None:
    """Run within Atheris, with our own modules watched."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["browser"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    if _INSIDE in sys.argv:
        inside(sys.argv[1], sys.argv[3:])
    else:
        sys.exit(main())

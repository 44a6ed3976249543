"""Write the displays anew: ``python -m tests.golden``. Read the difference before you keep it."""

from __future__ import annotations

from tests.golden.golden import DISPLAYS, display, kept, paths

if __name__ == "__main__":
    DISPLAYS.mkdir(exist_ok=True)
    made = {kept(path): display(path) for path in paths()}
    for old in DISPLAYS.glob("*.txt"):
        if old not in made:
            old.unlink()
            print(f"removed {old.name}")
    for file, text in made.items():
        before = file.read_text("utf-8") if file.exists() else ""
        if text != before:
            file.write_text(text, "utf-8")
            print(f"{'changed' if before else 'new'} {file.name}")
    print(f"{len(made)} displays")

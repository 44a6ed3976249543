"""``polite-browser keys``: a key is made, kept private, and shown in public."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from browser.cli import main
from browser.rules.signature import thumbprint

AGENT = 'signature_agent = "https://agent.example"'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments])


def refusal(done: Result) -> str:
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("polite-browser: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def made(name: str = "key.pem") -> Path:
    assert run("new", name).exit_code == 0
    return Path(name)


def shown(done: Result) -> tuple[list[str], dict[str, list[dict[str, str]]]]:
    """The key identifiers and the directory that were printed."""
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    start = lines.index("{")
    keyids = [line.removeprefix("keyid: ") for line in lines if line.startswith("keyid: ")]
    return keyids, json.loads("\n".join(lines[start:]))


def test_a_new_key_is_ed25519_in_a_file_for_its_owner_alone():
    file = made()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert isinstance(load_pem_private_key(file.read_bytes(), None), Ed25519PrivateKey)


def test_a_key_is_never_written_over():
    file = made()
    before = file.read_bytes()
    assert "never written over" in refusal(run("new", "key.pem"))
    assert file.read_bytes() == before
    Path("link.pem").symlink_to("elsewhere.pem")
    refusal(run("new", "link.pem"))
    assert not Path("elsewhere.pem").exists()


def test_a_place_that_cannot_be_written_is_told():
    assert "nowhere/key.pem" in refusal(run("new", "nowhere/key.pem"))


def test_two_new_keys_differ():
    made("one.pem")
    made("two.pem")
    assert Path("one.pem").read_bytes() != Path("two.pem").read_bytes()


def test_what_is_shown_is_public_and_names_the_key():
    file = made()
    done = run("show", str(file))
    ((keyid,), directory) = shown(done)
    (jwk,) = directory["keys"]
    assert jwk["kid"] == keyid == thumbprint(jwk)
    assert "d" not in jwk
    assert "http-message-signatures-directory" in done.stdout
    secret = "".join(file.read_text().splitlines()[1:-1])
    raw = base64.b64decode(secret)[-32:]
    for spelled in (secret, base64.urlsafe_b64encode(raw).decode()[:42], raw.hex()):
        assert spelled not in done.stdout


def test_the_keys_of_the_settings_are_shown_with_their_address():
    made("one.pem")
    made("two.pem")
    rows = ['signing_key = "one.pem"', 'directory_keys = ["two.pem", "one.pem"]', AGENT]
    Path("settings.toml").write_text("\n".join(["[agent]", *rows]))
    done = run("show", "--config", "settings.toml")
    keyids, directory = shown(done)
    assert [jwk["kid"] for jwk in directory["keys"]] == keyids
    assert keyids == [shown(run("show", name))[0][0] for name in ("one.pem", "two.pem")]
    assert "https://agent.example/.well-known/" in done.stdout


def test_show_says_what_it_lacks():
    assert "agent.signing_key" in refusal(run("show"))
    assert "not both" in refusal(run("show", "a", "--config", "b"))
    assert "nowhere.pem" in refusal(run("show", "nowhere.pem"))


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["check", "http://a.test/"]])
def test_a_service_with_an_unusable_key_does_not_start(command: list[str]):
    made().chmod(0o644)
    Path("settings.toml").write_text(f'[agent]\nsigning_key = "key.pem"\n{AGENT}\n')
    done = CliRunner().invoke(main, [*command, "--config", "settings.toml"])
    assert "config: agent.signing_key: the key file key.pem may be read by others" in refusal(done)


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["check", "http://a.test/"]])
def test_a_key_of_the_directory_that_is_not_there_is_told_with_its_setting(command: list[str]):
    made()
    rows = ['signing_key = "key.pem"', 'directory_keys = ["key.pem", "gone.pem"]', AGENT]
    Path("settings.toml").write_text("\n".join(["[agent]", *rows]))
    said = refusal(CliRunner().invoke(main, [*command, "--config", "settings.toml"]))
    assert "config: agent.directory_keys: the key file gone.pem cannot be read" in said


def test_a_key_without_an_address_to_publish_it_at_is_refused():
    made()
    Path("settings.toml").write_text('[agent]\nsigning_key = "key.pem"\n')
    done = CliRunner().invoke(main, ["serve", "--port", "0", "--config", "settings.toml"])
    assert "agent.signature_agent" in refusal(done)

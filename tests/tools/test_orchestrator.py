"""README's example orchestrator, run as a program against a real service and a scripted model."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.house import project
from tests.tools.conftest import TOKEN
from tests.tools.scripted import KEY, Json, Model, Turn, model_server

BLOCK = re.compile(
    r"^<!-- orchestrator -->\n+```python\n(.*?)^```\n+<!-- /orchestrator -->$",
    re.MULTILINE | re.DOTALL,
)
STEPS = 20  # commands after which it lets the model run no more


@pytest.fixture(scope="module")
def program() -> str:
    (code,) = BLOCK.findall((project.ROOT / "README.md").read_text("utf-8"))
    found: str = code
    return found


def call(name: str, arguments: str, identifier: str = "c1") -> Json:
    return {
        "id": identifier,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def calls(*each: tuple[str, str]) -> Turn:
    made = [call(name, arguments, f"c{n}") for n, (name, arguments) in enumerate(each)]
    return lambda _: {"tool_calls": made}


def says(text: str | None) -> Turn:
    return lambda _: {"content": text}


def run(
    program: str,
    folder: Path,
    service: httpx.Client,
    model: Model,
    question: str = "Who?",
    **changed: str,
) -> subprocess.CompletedProcess[str]:
    """Run the program, as a user who has pasted it into a file would."""
    file = folder / "ask.py"
    file.write_text(program, "utf-8")
    with model_server(model) as address:
        environment = {
            **{key: value for key, value in os.environ.items() if "proxy" not in key.lower()},
            "OPENAI_BASE_URL": address,
            "OPENAI_API_KEY": KEY,
            "MODEL": "scripted",
            "POLITE_BROWSER": str(service.base_url),
            "BROWSER_TOKEN": TOKEN,
            "PYTHONUTF8": "1",
            **changed,
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", str(file), question],
            env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60,
            check=False,
        )  # fmt: skip
    assert model.complaints == (["no key"] if "OPENAI_API_KEY" in changed else [])
    return done


def test_it_is_short_and_needs_nothing_but_python(program: str):
    assert len(program.splitlines()) < 60
    assert max(map(len, program.splitlines())) <= 100
    named = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert named <= sys.stdlib_module_names


def test_the_answer_comes_with_its_sources(program: str, tmp_path: Path, service: httpx.Client):
    model = Model(
        [
            calls(("search", '{"query": "pears harvest", "site": null}')),
            calls(("click", '{"id": 0, "cursor": 0}')),
            says("Pears ripen after the harvest 【1†L3】. Nobody said so 【9†L1】."),
        ]
    )
    done = run(program, tmp_path, service, model)
    assert done.returncode == 0, done.stderr
    answer, source = done.stdout.strip().split("\n")
    assert answer.startswith("Pears ripen after the harvest [library.test](http://library.test/")
    assert answer.endswith(". Nobody said so.")
    assert re.match(r"\[1\] \w+: http://library\.test/\w+", source)
    assert model.results[0].startswith("[0] pears harvest\n")
    assert model.results[1].startswith("[1] ")
    assert '! {"marker": "【9†L1】", "reason": "unknown_cursor"' in done.stderr
    assert [step for step in done.stderr.split("\n") if step.startswith("·")] == [
        '· search {"query": "pears harvest", "site": null}',
        '· click {"id": 0, "cursor": 0}',
    ]
    first = model.asked[0]
    assert {tool["function"]["name"] for tool in first["tools"]} >= {"search", "click", "quote"}
    assert [message["role"] for message in first["messages"]] == ["system", "user"]
    assert first["messages"][1]["content"] == "Who?"


def test_calls_made_at_once_are_all_answered_in_order(
    program: str, tmp_path: Path, service: httpx.Client
):
    model = Model(
        [
            calls(("search", '{"query": "walnuts"}'), ("search", '{"query": "hazels"}')),
            calls(("click", '{"id": 0, "cursor": 1}'), ("find", '{"pattern": "hedge"}')),
            says("Of the hedge 【2†L3】."),
        ]
    )
    done = run(program, tmp_path, service, model)
    assert done.returncode == 0, done.stderr
    assert [result[:3] for result in model.results] == ["[0]", "[1]", "[2]", "[3]"]
    assert "http://library.test/hazels" in done.stdout


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("search", '{"query": "pe', "The arguments have to be one JSON object"),
        ("search", '["pears"]', "The arguments have to be one JSON object"),
        ("search", "null", "The arguments have to be one JSON object"),
        ("search", '{"query": "\\ud800"}', "The arguments have to be one JSON object"),
        ("search", "", "query is missing"),
        ("search", "{}", "query is missing"),
        ("search", '{"query": "x", "topn": "many"}', "topn has to be a whole number"),
        ("search", '{"query": "x", "path": "/etc"}', "takes only: "),
        ("fly", "{}", "There is no tool fly. The tools are search, click"),
        ("../../healthz", "{}", "There is no tool"),
        ("click", '{"id": 4}', "Click failed: nothing is open yet"),
        ("open_url", '{"url": "http://elsewhere.test/"}', "Click failed: this service opens only"),
    ],
)
def test_a_mistake_is_told_to_the_model_which_goes_on(
    program: str, tmp_path: Path, service: httpx.Client, name: str, arguments: str, told: str
):
    model = Model([calls((name, arguments)), calls(("sources", "")), says("I could not find it.")])
    done = run(program, tmp_path, service, model)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "I could not find it.\n"
    assert told in model.results[0]
    assert model.results[1].startswith("Sources of this conversation:")


def test_a_model_that_never_answers_is_made_to(program: str, tmp_path: Path, service: httpx.Client):
    model = Model([calls(("sources", "{}"))])
    done = run(program, tmp_path, service, model)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(no answer)\n"
    assert len(model.results) == STEPS
    assert [request["tool_choice"] for request in model.asked] == ["auto"] * STEPS + ["none"]


def test_a_model_that_needs_no_browser_just_answers(
    program: str, tmp_path: Path, service: httpx.Client
):
    done = run(program, tmp_path, service, Model([says("Forty-two.")]))
    assert (done.returncode, done.stdout) == (0, "Forty-two.\n")


def test_an_address_that_the_user_wrote_may_be_opened(
    program: str, tmp_path: Path, service: httpx.Client
):
    model = Model(
        [calls(("open_url", '{"url": "http://library.test/apples"}')), says("Read 【0†L2】.")]
    )
    done = run(program, tmp_path, service, model, "What does http://library.test/apples say?")
    assert done.returncode == 0, done.stderr
    assert model.results[0].startswith("[0] Apples (http://library.test/apples)")


def test_words_that_the_cited_lines_do_not_have_are_told(
    program: str, tmp_path: Path, service: httpx.Client
):
    model = Model(
        [
            calls(("search", '{"query": "pears"}')),
            calls(("click", '{"id": 0}')),
            says("The page says “pears grow on the moon at night” 【1†L3】."),
        ]
    )
    done = run(program, tmp_path, service, model)
    assert done.returncode == 0, done.stderr
    assert "pears grow on the moon at night" in done.stderr


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"BROWSER_TOKEN": "wrong"}, r"http://\S+/v1/tools\S*: 401 .*token"),
        ({"OPENAI_API_KEY": "wrong"}, r"http://\S+/chat/completions: 400 .*no key"),
        ({"POLITE_BROWSER": "http://127.0.0.1:1"}, r"http://127\.0\.0\.1:1/v1/tools\S*: .*refused"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1"}, r"http://127\.0\.0\.1:1/chat\S*: .*refused"),
        ({"MODEL": ""}, "Set MODEL"),
    ],
)
def test_a_mistake_of_the_set_up_is_one_line_with_its_reason(
    program: str, tmp_path: Path, service: httpx.Client, changed: dict[str, str], told: str
):
    done = run(program, tmp_path, service, Model([says("Never.")]), **changed)
    assert done.returncode == 1
    assert re.match(told, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_two_runs_are_two_conversations(program: str, tmp_path: Path, service: httpx.Client):
    for _ in range(2):
        model = Model([calls(("search", '{"query": "apples"}')), says("Done.")])
        assert run(program, tmp_path, service, model).returncode == 0
        assert model.results[0].startswith("[0] apples")

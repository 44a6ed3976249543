from __future__ import annotations

import re

from browser.model.reason import Reason
from browser.pages import operator
from browser.pages.render import HERE, modules, policy
from browser.rules.orders import MOST
from tests.service.living import serving
from tests.world import World

STATIC = HERE / "static"

# No fetch of a host ends so: the model named what is not there, or a search engine failed.
OF_NO_HOST = {
    Reason.SEARCH_FAILED,
    Reason.UNKNOWN_LINK,
    Reason.UNKNOWN_CURSOR,
    Reason.UNKNOWN_LINE,
    Reason.NO_PAGE,
    Reason.NO_HISTORY,
    Reason.NOT_FOUND,
    Reason.QUOTE_REFUSED,
}


def test_the_page_is_for_everybody_and_says_nothing():
    token = "the-token-of-its-operator"
    with World() as world, serving(world, server={"operator_token": token}) as client:
        page = client.get("/operator")
        assert page.status_code == 200
        assert page.headers["content-security-policy"] == policy()["Content-Security-Policy"]
        assert page.headers["x-robots-tag"] == "noindex"
        assert token not in page.text
        loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
        assert {client.get(name).status_code for name in loaded} == {200}
    assert page.text == operator.page(guarded=True)


def test_every_module_of_the_page_is_asked_for_at_once():
    preloaded = re.findall(r'modulepreload" href="/static/([^"]+)"', operator.page(guarded=True))
    assert preloaded == modules("operator.js")
    assert len(preloaded) > 10


def test_every_reason_that_a_fetch_may_end_with_is_explained():
    assert set(Reason) - operator.MEANINGS.keys() == OF_NO_HOST
    page = operator.page(guarded=True)
    for reason, words in operator.MEANINGS.items():
        assert f'data-code="{reason}">{words}<' in page


def test_a_service_without_an_operators_token_says_so_before_anybody_asks():
    assert 'id="unset" class="notice" >' in operator.page(guarded=False)
    assert 'id="unset" class="notice" hidden>' in operator.page(guarded=True)


def test_the_fields_of_the_page_take_what_the_service_takes():
    script = (STATIC / "limits.js").read_text("utf-8")
    fields = dict(re.findall(r'\["([a-z]+)", "[^"]+", ([0-9_]+)\]', script))
    assert {"rate": 100, **{name: int(most) for name, most in fields.items()}} == MOST
    rates = (STATIC / "figures.js").read_text("utf-8").partition("const RATES = [")[2]
    assert max(map(float, rates.partition("]")[0].split(","))) == MOST["rate"]

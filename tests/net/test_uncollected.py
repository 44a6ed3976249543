import gc
import threading

import pytest

from browser.net.uncollected import UNCOLLECTED


@pytest.fixture(autouse=True)
def collected():
    gc.enable()  # what was tested before may have left it off, as a command that ends does
    yield
    gc.enable()


def test_the_collector_rests_until_the_last_thread_is_done():
    first, second = threading.Event(), threading.Event()
    seen = []

    def work():
        with UNCOLLECTED:
            first.set()
            second.wait(10)
        seen.append(gc.isenabled())

    thread = threading.Thread(target=work)
    with UNCOLLECTED:
        thread.start()
        first.wait(10)
        assert not gc.isenabled()
    assert not gc.isenabled()
    second.set()
    thread.join(10)
    assert seen == [True]


def test_it_works_again_after_a_failure():
    with pytest.raises(RuntimeError), UNCOLLECTED:
        raise RuntimeError
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off():
    gc.disable()
    with UNCOLLECTED:
        pass
    assert not gc.isenabled()

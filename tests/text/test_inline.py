from __future__ import annotations

from tests.text.pages import page, plain, shown


def test_one_link_is_one_marker_however_many_elements_its_words_are_in():
    html = "<a href=/x>Michelle <b>Yeoh</b> (<bdi lang=zh>楊<i>紫</i>瓊</bdi>)</a>"
    assert shown(html) == ["【0†Michelle Yeoh (楊紫瓊)】"]


def test_two_links_side_by_side_stay_two():
    assert shown("<a href=/x>one</a><a href=/x>two</a><a href=/y>three</a>") == [
        "【0†one】【0†two】【1†three】"
    ]


def test_white_space_stays_outside_of_the_marker():
    assert shown("a<a href=/x> b </a>c") == ["a 【0†b】 c"]


def test_an_empty_link_is_nothing_and_takes_no_number():
    html = (
        "<a href=/e></a><a href=/w> \n </a><a href=/h><span hidden>h</span></a><a href=/s>seen</a>"
    )
    assert shown(html) == ["【0†seen】"]
    assert len(page(html).links) == 1


def test_a_link_around_blocks_marks_each_of_them_and_is_named_by_all():
    html = "<a href=/x><div><h3>Title</h3><p>Words <b>in</b> it</p></div></a><p>after"
    assert shown(html) == ["### 【0†Title】", "【0†Words in it】", "after"]
    assert page(html).links[0].text == "Title Words in it"


def test_a_link_whose_only_text_is_in_a_nested_block_has_that_name():
    assert page("<a href=/x><div><div><span>Deep</span></div></div></a>").links[0].text == "Deep"


def test_a_link_is_named_by_its_first_use_alone():
    html = "<a href=/x>Home</a> <a href=/x>Home</a> <a href=/x>Start</a>"
    assert page(html).links[0].text == "Home"


def test_an_image_is_named_by_its_alt_text():
    assert shown("a<img src=x alt=' A \n cat '>b <img src=y> <img src=z alt=''> <img alt=two>") == [
        "a [Image 0: A cat] b [Image 1: two]"
    ]
    assert plain("a<img src=x alt=cat>b") == ["a b"]


def test_an_image_in_a_link_is_a_marker_and_names_the_link_when_nothing_else_does():
    html = "<a href=/x><img alt=Logo></a> <a href=/y><img alt=Photo>Words</a>"
    assert shown(html) == ["【0†[Image 0: Logo]】 【1†[Image 1: Photo]】 【1†Words】"]
    assert [link.text for link in page(html).links] == ["Logo", "Words"]


def test_an_icon_link_is_named_by_its_label():
    for icon in (
        "<a href=/n aria-label='Next page'><svg><path></svg></a>",
        "<a href=/n><i></i><span class=sr-only>Next page</span></a>",
        "<a href=/n><svg><title>Next page</title></svg></a>",
        "<a href=/n title='Next page'><i></i></a>",
    ):
        assert shown("<p>x " + icon) == ["x 【0†[Image 0: Next page]】"]
        assert page("<p>x " + icon).links[0].text == "Next page"


def test_a_label_does_not_replace_words_that_are_shown():
    assert shown("<a href=/n aria-label=Other>Words</a>") == ["【0†Words】"]


def test_a_long_alt_text_is_cut():
    (line,) = shown(f"<p>x <img alt='{'a' * 500}'>")
    assert line == "x [Image 0: " + "a" * 79 + "…]"


def test_text_in_a_link_that_leads_nowhere_is_text():
    assert shown("<a href=mailto:a@b.example>write</a> <a href=#top>up</a> <a>name</a>") == [
        "write up name"
    ]

"""Profiles: what is right loads, what is wrong names file and key."""

import pickle
from pathlib import Path

import pytest

from spiders.kinds import KINDS, spider_for
from spiders.sources import OURS, ProfileError, functions, load, parse, read_profile

GOOD = """
kind = "market"
title = "A market"
country = "VN"
languages = ["vi", "en"]
start = ["https://www.market.example/c/1"]
search = ["https://www.market.example/s?q={term}&p={page}"]
hosts = ["market.example"]
browser = "auto"

[links]
items = [{ css = "a.tile", regex = "/ad/\\\\d+" }]
next = [{ xpath = "//a[re:test(@rel, 'next')]" }]

[fields]
title = { css = "h1" }
price = { css = ".price", read = "price" }
external_id = { css = "article", read = "attribute", attribute = "data-id" }

[attributes]
brand = { css = ".brand" }

[[data]]
script = { css = "script#state" }
fields = { price = "ad.price.amount" }

[pace]
delay = 3

[expect]
items = 10
filled = { price = 0.8 }

[legal]
purpose = "monitoring"
agreement = "the site's trust team"
agreed = 2026-01-31

[checked]
on = 2026-02-01
against = "a saved page"
"""


def test_a_whole_profile_loads():
    profile = parse(GOOD, "market")
    assert profile.name == "market"
    assert profile.pace.delay == 3
    assert profile.fields["external_id"].attribute == "data-id"
    assert profile.checked.on.year == 2026
    assert profile.allows("img.market.example")
    assert not profile.allows("evilmarket.example")
    assert pickle.loads(pickle.dumps(profile)) == profile  # it goes to reading processes


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("delay = 3", "dellay = 3"), "pace.dellay: unknown key"),
        (("delay = 3", 'delay = "3"'), "pace.delay"),
        (('country = "VN"', 'country = "Vietnam"'), "country"),
        (('kind = "market"', 'kind = "shop"'), "kind"),
        (('css = "h1"', 'css = "h1["'), "fields.title.css: not a CSS selector"),
        (("//a[re:test(@rel, 'next')]", "//a[("), "links.next.0.xpath: not an XPath"),
        (("/ad/\\\\d+", "/ad/(\\\\d+"), "links.items.0.regex: not a regular expression"),
        (("{term}", "{word}"), "search.0"),
        (("https://www.market.example/c/1", "ftp://market.example/"), "start.0: not an http(s) address"),
        (("price = { css", "prise = { css"), "fields.prise"),
        (("agreed = 2026-01-31", ""), "legal: `agreement`"),
        (('read = "price"', 'read = "money"'), "fields.price.read"),
        ((', attribute = "data-id"', ""), "fields.external_id"),
        (("ad.price.amount", "ad..amount"), "data.0.fields.price: not a path"),
        (('browser = "auto"', 'name = "other"'), "name: is not written here"),
        (('kind = "market"', "kind = "), "not TOML"),
    ],
)
def test_a_mistake_names_file_and_key(change, key):
    assert change[0] in GOOD
    with pytest.raises(ProfileError) as error:
        parse(GOOD.replace(*change), "market", "sites/market.toml")
    assert "sites/market.toml: " in str(error.value)
    assert key in str(error.value)


def test_every_mistake_of_every_file_is_told_at_once(tmp_path):
    (tmp_path / "one.toml").write_text(GOOD.replace("delay = 3", "dellay = 3"))
    (tmp_path / "two.toml").write_text(GOOD.replace('kind = "market"', 'kind = "shop"'))
    with pytest.raises(ProfileError) as error:
        load([tmp_path])
    assert "one.toml: pace.dellay" in str(error.value)
    assert "two.toml: kind" in str(error.value)


def test_the_later_folder_wins_and_says_so(tmp_path, caplog):
    for folder, title in (("ours", "A market"), ("theirs", "Theirs")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "market.toml").write_text(GOOD.replace("A market", title))
    profiles = load([tmp_path / "ours", tmp_path / "theirs", tmp_path / "absent"])
    assert profiles["market"].title == "Theirs"
    assert "replaces" in caplog.text


def test_odd_fields_are_functions_beside_the_profile(tmp_path):
    (tmp_path / "market.toml").write_text(GOOD)
    (tmp_path / "market.py").write_text(
        "def price(page):\n    return _shout(page.url)\n\ndef _shout(x):\n    return x.upper()\n"
    )
    profile = read_profile(tmp_path / "market.toml")
    assert Path(profile.code).name == "market.py"
    found = functions(profile)
    assert list(found) == ["price"]

    (tmp_path / "market.py").write_text("def prise(page):\n    return ''\n")
    functions.__globals__["_functions"].cache_clear()
    with pytest.raises(ProfileError, match=r"market\.py: prise: no such field"):
        functions(profile)


def test_every_kind_makes_a_spider():
    for kind in KINDS:
        profile = parse(GOOD.replace('kind = "market"', f'kind = "{kind}"'), "market")
        spider = spider_for(profile)
        assert spider.name == "market"
        assert spider.profile is profile


def test_ours_load_and_are_honest():
    profiles = load([OURS])
    assert len(profiles) >= 8
    for profile in profiles.values():
        assert profile.pace.delay >= 1, f"{profile.name} hurries"
        assert profile.languages, profile.name
        assert not profile.legal.agreement, f"{profile.name}: nobody allowed us anything"

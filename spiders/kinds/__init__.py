"""The kinds of sources, one spider class each; a profile chooses."""

from __future__ import annotations

from spiders.kinds.documents import DocumentSpider
from spiders.kinds.forum import ForumSpider
from spiders.kinds.market import MarketSpider
from spiders.kinds.news import NewsSpider
from spiders.kinds.site import SiteSpider
from spiders.profile import Kind, Profile

KINDS: dict[Kind, type[SiteSpider]] = {
    "market": MarketSpider,
    "news": NewsSpider,
    "documents": DocumentSpider,
    "forum": ForumSpider,
}


def spider_for(profile: Profile) -> type[SiteSpider]:
    """The spider class of one source."""
    base = KINDS[profile.kind]
    return type(f"{base.__name__}_{profile.name}", (base,), {"name": profile.name, "profile": profile})

"""Every address of the world and what is behind it, for one generation of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qs

from osint.demo.api import as_json, record, tile
from osint.demo.papers import paper
from osint.demo.pictures import picture
from osint.demo.records import Item, Section
from osint.demo.render import TEMPLATES, Answer, Entry, page, text
from osint.demo.traps import answer as trap_answer
from osint.demo.world import Site

_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `kind` home, results, item, seller, page, feed, file, data, picture, trap or robots."""

    kind: str
    render: Callable[[], Answer]
    item: Item | None = None
    section: Section | None = None


def chunks(found: tuple[Any, ...], size: int) -> list[tuple[Any, ...]]:
    """Pages of at most `size`; one empty page when there is nothing."""
    return [found[at : at + size] for at in range(0, len(found), size)] or [()]


class SiteRoutes:
    """The addresses of one site. `origin` is scheme, host and port; `port` fills the traps that lead to this machine.

    All is rendered when it is asked for.
    """

    def __init__(self, site: Site, port: int, generation: int) -> None:
        self.site, self.port, self.generation = site, port, generation
        self.origin = f"http://{site.host}:{port}"
        self.items = site.items(generation)
        self.routes: dict[str, Route] = {}
        self._pages()
        self._items()
        self._lists()
        self._files()

    def entry(self, item: Item) -> Entry:
        """The tile of an item."""
        account = self.site.account(item)
        return Entry(
            self.site.link(item), item.title, item.price, item.place, item.posted, self.photo(item),
            account.name if account else item.author, item,
        )  # fmt: skip

    def photo(self, item: Item) -> str:
        """Path of an item's picture: the shape and what varies it; "" without one."""
        if not item.image:
            return ""
        shape, _, seed = item.image.partition(":")
        return f"/img/{shape}-{seed or item.id}.jpg"

    def shown(self, section: Section | None = None) -> tuple[Item, ...]:
        """Items that lists show: not those of forbidden folders, nor what is gone by now."""
        hidden = {one.id for one in self.site.section if one.forbidden}
        return tuple(
            item
            for item in self.items
            if (item.section == section.id if section else item.section not in hidden)
            and not (self.generation > 1 and item.second.state == "gone")
        )

    def first(self, section: Section) -> str:
        """Path of a section's first page."""
        return self.site.list_path.format(section=section.id)

    def search(self, query: str) -> Answer:
        """Items with all words of the query in title or text, letter case aside."""
        wanted = parse_qs(query).get("q", [""])[0].casefold().split()
        hits = [i for i in self.shown() if all(word in f"{i.title} {i.text}".casefold() for word in wanted)]
        return self._results(None, tuple(map(self.entry, hits[:30])), 1, 1)

    def _add(self, path: str, kind: str, render: Callable[[], Answer], **more: Any) -> None:
        if path in self.routes:
            raise ValueError(f"{self.site.host}{path} is served twice")
        self.routes[path] = Route(kind, render, **more)

    def _page(self, template: str, status: int = 200, **values: Any) -> Answer:
        links = [trap for trap in self.site.trap if not trap.section and trap.title]
        shared = {"origin": self.origin, "trap_links": links, "first": self.first, "routes": self}
        return page(self.site, template, status=status, **shared, **values)

    def _items(self) -> None:
        for item in self.items:
            link = self.site.link(item)
            if item.format != "page":
                self._add(link, "file", cache(partial(paper, self.site, item)), item=item)
                continue
            posts = chunks(item.posts, self.site.posts_per_page)
            for number, part in enumerate(posts, 1):
                path = link if number == 1 else f"{link}{'&' if '?' in link else '?'}page={number}"
                self._add(path, "item", partial(self._item, item, part, number, len(posts)), item=item)

    def _item(self, item: Item, posts: tuple[Any, ...], number: int, most: int) -> Answer:
        if self.generation > 1 and item.second.state == "gone":
            return self.missing(410)
        return self._page(
            "item.html", item=item, entry=self.entry(item), seller=self.site.account(item), posts=posts, number=number,
            most=most, section=next(one for one in self.site.section if one.id == item.section),
            text=self.words(item),
        )  # fmt: skip

    def words(self, item: Item) -> str:
        """The text of an item; in raw ones `{port}` and `{origin}` are filled in."""
        return item.text.format(port=self.port, origin=self.origin) if item.raw else item.text

    def missing(self, status: int = 404) -> Answer:
        """The site's page for what is not, or no longer, there."""
        return self._page("missing.html", status)

    def entries(self, section: Section) -> tuple[Entry, ...]:
        """What a section lists: its items, and the traps among them."""
        tiles = [self.entry(item) for item in self.shown(section)]
        for at, trap in enumerate(trap for trap in self.site.trap if trap.section == section.id):
            to = trap.to.format(port=self.port, origin=self.origin) if trap.kind == "link" else trap.path
            tiles.insert(min(2 + 3 * at, len(tiles)), Entry(to, trap.title, trap.price))
        return tuple(tiles)

    def _lists(self) -> None:
        newest = tuple(map(self.entry, self.shown()[: self.site.per_page]))
        self._add("/", "home", partial(self._page, "home.html", entries=newest, section=None))
        for section in self.site.section:
            parts = chunks(self.entries(section), self.site.per_page)
            for number, part in enumerate(parts, 1):
                path = self.site.list_path if number == 1 else self.site.list_more
                render = partial(self._results, section, part, number, len(parts))
                self._add(path.format(section=section.id, page=number), "results", render, section=section)
        for seller in self.site.seller if self.site.seller_path else ():
            own = tuple(self.entry(item) for item in self.shown() if item.seller == seller.id)
            shown = partial(self._page, "seller.html", seller=seller, entries=own, section=None)
            self._add(self.site.seller_path.format(id=seller.id), "seller", shown)

    def _results(self, section: Section | None, entries: tuple[Entry, ...], number: int, most: int) -> Answer:
        following = ""
        if section is not None and number < most:
            following = self.site.list_more.format(section=section.id, page=number + 1)
        shown: dict[str, Any] = {"section": section, "entries": entries, "following": following}
        return self._page("results.html", number=number, most=most, **shown)

    def _pages(self) -> None:
        for extra in self.site.page:
            self._add(extra.path, "page", partial(self._page, "page.html", extra=extra, section=None))
        for trap in self.site.trap:
            if trap.kind not in {"missing", "link"}:
                self._add(trap.path, "trap", partial(trap_answer, self, trap))
        if self.site.robots:
            words = self.site.robots.format(origin=self.origin).encode()
            status = self.site.robots_status
            self._add("/robots.txt", "robots", partial(Answer, words, status, "text/plain; charset=utf-8"))

    def _files(self) -> None:
        folder = TEMPLATES / self.site.name
        for path in sorted(folder.glob("static/*")):
            self._add(f"/static/{path.name}", "static", partial(Answer, path.read_bytes(), 200, _MEDIA[path.suffix]))
        for path in sorted(folder.glob("*.xml")):
            self._add(f"/{path.name}", "feed", partial(self._feed, path.name))
        for photo in {self.photo(item) for item in self.items} - {""}:
            self._add(photo, "picture", partial(_photograph, photo))
        if (folder / "shell.html").is_file():
            self._data()

    def _feed(self, name: str) -> Answer:
        shared = {"site": self.site, "origin": self.origin, "items": self.shown(), "link": self.site.link}
        return Answer(text(f"{self.site.name}/{name}", **shared).encode(), 200, "application/xml; charset=utf-8")

    def _data(self) -> None:
        """A site drawn by JavaScript: every page is the same shell, what it shows comes from /api/."""
        for path, route in list(self.routes.items()):
            if route.kind in {"home", "results", "item"}:
                self.routes[path] = Route(route.kind, partial(self._page, "shell.html"), route.item, route.section)
        newest = [tile(self.entry(item)) for item in self.shown()[: self.site.per_page]]
        self._add("/api/home", "data", partial(as_json, newest))
        for section in self.site.section:
            parts = chunks(self.entries(section), self.site.per_page)
            for number, part in enumerate(parts, 1):
                more = self.site.list_more.format(section=section.id, page=number + 1) if number < len(parts) else None
                body = {"title": section.title, "items": list(map(tile, part)), "next": more, "page": number}
                self._add(f"/api/list/{section.id}/{number}", "data", partial(as_json, body))
        for item in self.items:
            gone = self.generation > 1 and item.second.state == "gone"
            found = {"error": "gone"} if gone else record(self.site, item, self.entry(item), self.words(item))
            self._add(f"/api/item/{item.id}", "data", partial(as_json, found, 410 if gone else 200), item=item)


def _photograph(path: str) -> Answer:
    return Answer(picture(path.removeprefix("/img/").removesuffix(".jpg")), 200, "image/jpeg")


def build(sites: Iterable[Site], port: int, generation: int) -> Mapping[str, SiteRoutes]:
    """The routes of each host."""
    return {site.host: SiteRoutes(site, port, generation) for site in sites}

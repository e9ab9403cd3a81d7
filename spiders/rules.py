"""The small rules a profile is made of: where a value stands in a page, how it is read, which links are followed.

Every pattern is compiled when the profile is loaded, so that a typo is an error that names file and key, not a crawl
that finds nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

import regex
from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Reader = Literal["text", "price", "number", "date", "attribute", "link", "images", "present"]
"""How a node becomes a value. `text`: all its text, spaces folded; `price`: amount and currency; `number`; `date`:
absolute or relative; `attribute`: the attribute named by `attribute`; `link`: href or src made absolute; `images`:
addresses of all images in it at full size; `present`: "yes" when the node is there at all."""

FieldName = Literal[
    "title", "text", "external_id", "price", "seller", "seller_id", "seller_url", "seller_text", "location", "posted",
    "images", "availability", "author", "published", "outlet", "post", "post_author", "post_date", "post_text",
]  # fmt: skip
"""What a profile can say of a page: fields of a listing, of an article, and of a forum (`post` is the node of one post;
`post_author`, `post_date`, `post_text` are looked for inside it)."""

# EXSLT's regular expressions are what parsel offers in XPath; nothing else is in reach of an expression.
_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}


def css_to_xpath(css: str) -> str:
    """The XPath of a CSS selector (with parsel's ::text and ::attr()). ValueError when it cannot be read."""
    try:
        return str(HTMLTranslator().css_to_xpath(css))
    except SelectorError as error:
        raise ValueError(f"not a CSS selector: {css!r} ({error})") from None


def _css(value: str) -> str:
    css_to_xpath(value)
    return value


def _xpath(value: str) -> str:
    try:
        etree.XPath(value, namespaces=_NAMESPACES)
    except etree.XPathError as error:
        raise ValueError(f"not an XPath expression: {value!r} ({error})") from None
    return value


def _regex(value: str) -> str:
    # The `regex` module, since its matching takes a time limit: profiles are ours, the text they meet is not.
    try:
        regex.compile(value)
    except regex.error as error:
        raise ValueError(f"not a regular expression: {value!r} ({error})") from None
    return value


Css = Annotated[str, Field(min_length=1), AfterValidator(_css)]
XPath = Annotated[str, Field(min_length=1), AfterValidator(_xpath)]
Regex = Annotated[str, Field(min_length=1), AfterValidator(_regex)]


class Strict(BaseModel):
    """Base of all parts of a profile: an unknown key or a wrong type is an error; nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Selector(Strict):
    """Where a value stands and how it is read. Exactly one of `css` and `xpath`."""

    css: Css | None = None
    xpath: XPath | None = None
    read: Reader = "text"
    attribute: str = ""
    """Only with `read = "attribute"`: its name."""
    regex: Regex | None = None
    """Applied to the text found; its first group (or all of the match) is the value."""
    all: bool = False
    """Join the texts of all nodes (a description in several paragraphs); otherwise the first node that has one."""

    @model_validator(mode="after")
    def _whole(self) -> Selector:
        if (self.css is None) == (self.xpath is None):
            raise ValueError("needs exactly one of css and xpath")
        if (self.read == "attribute") != bool(self.attribute):
            raise ValueError('`attribute` names the attribute of `read = "attribute"`, and only of it')
        return self

    @property
    def path(self) -> str:
        """The XPath to evaluate, whichever way the profile wrote it."""
        return self.xpath if self.xpath is not None else css_to_xpath(self.css or "")


class LinkRule(Strict):
    """Which links count. `css`/`xpath` name the `a` nodes (or nodes around them), `regex` must match the absolute
    address; with both, both must hold."""

    css: Css | None = None
    xpath: XPath | None = None
    regex: Regex | None = None
    query: Literal["keep", "drop"] = "keep"
    """`drop` leaves the query out (marks of where one clicked, new on every page), so that an item has one address."""

    @model_validator(mode="after")
    def _something(self) -> LinkRule:
        if self.css is None and self.xpath is None and self.regex is None:
            raise ValueError("needs css, xpath or regex")
        if self.css is not None and self.xpath is not None:
            raise ValueError("takes css or xpath, not both")
        return self

    @property
    def path(self) -> str:
        """The XPath of the nodes, or "" when only the address counts."""
        if self.xpath is not None:
            return self.xpath
        return css_to_xpath(self.css) if self.css is not None else ""

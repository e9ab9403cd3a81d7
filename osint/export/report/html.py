"""report.html: one file, no script, nothing loaded from anywhere. Hostile words are escaped and kept to themselves."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).parent
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Sink(Protocol):
    """Anything that takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""


def write(sink: Sink, view: dict[str, Any], picture: Callable[[str], bytes]) -> None:
    """Write the page. `picture`: name of a reduced picture → its JPEG, asked for one at a time."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["apart"] = apart
    environment.globals["data"] = lambda name: "data:image/jpeg;base64," + base64.b64encode(picture(name)).decode()
    environment.globals["style"] = Markup((HERE / "report.css").read_text(encoding="utf-8"))  # noqa: S704  # our file
    for part in environment.get_template("report.html").generate(view):
        sink.write(part.encode())


def apart(text: object) -> Markup:
    """Foreign words: escaped, without control characters, in a direction of their own."""
    return Markup("<bdi>{}</bdi>").format(escape(UNSEEN.sub("\ufffd", str(text))))

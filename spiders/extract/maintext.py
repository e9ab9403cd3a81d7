"""The main text of a page, whatever its kind."""

from __future__ import annotations

from spiders.extract.dom import Dom
from spiders.extract.tiles import boiler


def main_text(dom: Dom) -> str:
    """Blocks of the page that are no navigation, in order."""
    kept = []
    for block in dom.blocks:
        if block.linked > 0.6 * len(block.text) and len(block.text) < 80:
            continue
        if boiler(block.node.el):
            continue
        kept.append(block.text)
    return "\n".join(kept)

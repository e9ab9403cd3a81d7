"""Pages to records, for sites never seen: `read` for all of a page, `links` for what a crawler follows."""

from spiders.extract.reader import VERSION, links, read

__all__ = ["VERSION", "links", "read"]

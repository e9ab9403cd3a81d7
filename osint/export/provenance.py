"""provenance.jsonld: who captured, read and exported what with which tool, in CASE 1 / UCO 1 (https://caseontology.org).

Identifiers are UUIDs made of the package's id and the thing's own id (UUID version 5), so that the same package gives
the same graph, and another one never the same nodes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from osint.export import values
from osint.export.dossier import Dossier
from osint.export.wacz import Placed
from storage.records import Capture

CONTEXT = {
    "kb": "http://example.org/kb/",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Node = dict[str, Any]


class Graph:
    """The nodes of one package."""

    def __init__(self, package: str, dossier: Dossier, placed: Mapping[str, tuple[Placed, ...]], about: Node) -> None:
        self.space = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:osint:package:{package}")
        self.dossier, self.placed, self.about = dossier, placed, about

    def id(self, kind: str, key: object) -> str:
        """The identifier of a node."""
        return f"kb:{kind}-{uuid.uuid5(self.space, f'{kind}:{key}')}"

    def ref(self, kind: str, key: object) -> Node:
        """A reference to a node."""
        return {"@id": self.id(kind, key)}

    def nodes(self) -> Iterator[Node]:
        """All nodes: the investigation, the people and tools, then each capture with its action and record."""
        numbers = self.dossier.numbers
        yield {
            "@id": self.id("investigation", "it"),
            "@type": "case-investigation:Investigation",
            "uco-core:name": f"Leads {self.dossier.labels()}",
            "uco-core:description": self.about["purpose"],
            "uco-core:object": [self.ref("provenance-record", capture.id) for capture in self.dossier.captures],
        }
        yield {
            "@id": self.id("tool", "it"),
            "@type": "uco-tool:Tool",
            "uco-core:name": "wildlife-osint",
            "uco-tool:version": self.about["software"].rpartition(" ")[2],
        }
        yield {
            "@id": self.id("identity", self.about["created_by"]),
            "@type": "uco-identity:Identity",
            "uco-core:name": self.about["created_by"],
        }
        for capture in self.dossier.captures:
            yield from self._capture(capture, numbers[capture.id])
        yield {
            "@id": self.id("action", "export"),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": "export",
            "uco-core:description": self.about["purpose"],
            "uco-action:startTime": _time(self.about["created_at"]),
            "uco-action:performer": self.ref("identity", self.about["created_by"]),
            "uco-action:instrument": self.ref("tool", "it"),
            "uco-action:object": [self.ref("provenance-record", one.id) for one in self.dossier.captures],
        }

    def _capture(self, capture: Capture, number: int) -> Iterator[Node]:
        yield {
            "@id": self.id("url", capture.id),
            "@type": "uco-observable:ObservableObject",
            "uco-core:hasFacet": {
                "@id": self.id("url-facet", capture.id),
                "@type": "uco-observable:URLFacet",
                "uco-observable:fullValue": capture.url,
            },
        }
        yield {
            "@id": self.id("content", capture.id),
            "@type": "uco-observable:ObservableObject",
            "uco-core:hasFacet": {
                "@id": self.id("content-facet", capture.id),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:mimeType": capture.media_type or "application/octet-stream",
                "uco-observable:sizeInBytes": {"@type": "xsd:integer", "@value": str(capture.size)},
                "uco-observable:hash": {
                    "@id": self.id("hash", capture.id),
                    "@type": "uco-types:Hash",
                    "uco-types:hashMethod": "SHA256",
                    "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": capture.sha256},
                },
            },
        }
        yield {
            "@id": self.id("action", capture.id),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": f"capture {number}",
            "uco-core:description": f"{capture.by}: {len(self.placed[capture.id])} WARC records",
            "uco-action:startTime": _time(values.moment(capture.requested_at)),
            "uco-action:endTime": _time(values.moment(capture.fetched_at)),
            "uco-action:instrument": self.ref("tool", "it"),
            "uco-action:object": self.ref("url", capture.id),
            "uco-action:result": [self.ref("content", capture.id), self.ref("provenance-record", capture.id)],
        }
        yield {
            "@id": self.id("provenance-record", capture.id),
            "@type": "case-investigation:ProvenanceRecord",
            "case-investigation:exhibitNumber": f"C{number:04d}",
            "uco-core:description": f"Capture {capture.id} of {capture.source}",
            "uco-core:object": self.ref("content", capture.id),
        }


def _time(text: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": text}

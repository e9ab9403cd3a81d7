"""Pages a second a core, and memory: our reading beside extruct, trafilatura and Beautiful Soup on the same pages, one run.

usage: python bench/extract.py [--pages 60] [--folder ../shared/data/pages]
Each reader has a process of its own; time is CPU time, so that a busy machine does not change the ratios much. A page of an offer or of
results is to cost at most half of trafilatura's time on it, an article at most 1.2 times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
READERS = ("ours", "links", "extruct", "trafilatura", "trafilatura+metadata", "beautifulsoup")


def sample(folder: Path, most: int) -> dict[str, list[tuple[str, Path]]]:
    """Pages by group: listing, results, article."""
    rows = [json.loads(line) for line in (folder / "listings_index.jsonl").read_text(encoding="utf-8").splitlines()]
    found: dict[str, list[tuple[str, Path]]] = {"listing": [], "results": [], "article": []}
    for row in rows:
        group = {"detail": "listing", "list": "results"}.get(row["kind"])
        if group:
            found[group].append((row.get("url") or f"https://{row['site']}/", folder / row["file"]))
    for row in json.loads((folder / "wcxb" / "index.json").read_text(encoding="utf-8")):
        if row["type"] == "article":
            found["article"].append((row["url"], folder / "wcxb" / "html" / f"{row['id']}.html.gz"))
    return {group: pages[:: max(1, len(pages) // most)][:most] for group, pages in found.items()}


def reader(name: str) -> Callable[[str, bytes], object]:
    """A function that reads one page the way `name` does."""
    if name in {"ours", "links"}:
        from spiders.extract import links, read
        from spiders.items import Page

        chosen = read if name == "ours" else links
        return lambda url, body: chosen(Page(url, body))
    if name == "extruct":
        import extruct

        return lambda url, body: extruct.extract(
            body.decode("utf-8", "replace"),
            base_url=url,
            syntaxes=["json-ld", "microdata", "opengraph"],
            errors="ignore",
        )
    if name == "beautifulsoup":
        from bs4 import BeautifulSoup

        return lambda url, body: BeautifulSoup(body, "lxml").get_text()
    import trafilatura

    if name == "trafilatura":
        return lambda url, body: trafilatura.extract(body.decode("utf-8", "replace"), url=url)
    return lambda url, body: trafilatura.bare_extraction(body.decode("utf-8", "replace"), url=url, with_metadata=True)


def measure(name: str, pages: dict[str, list[tuple[str, Path]]]) -> dict[str, float]:
    """Milliseconds of CPU a page by group, and the most memory in MB. The first page of each group is read once before."""
    read = reader(name)
    out: dict[str, float] = {}
    for group, members in pages.items():
        loaded = [(url, gzip.open(path).read()) for url, path in members]  # noqa: SIM115
        spent = 0.0
        for place, (url, body) in enumerate([loaded[0], *loaded]):
            started = time.process_time()
            try:  # noqa: SIM105
                read(url, body)
            except Exception:  # a peer that fails on a page has still spent its time
                pass
            spent += (time.process_time() - started) if place else 0.0
        out[group] = spent / len(loaded) * 1000
    out["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=30, help="pages of each group")
    arguments.add_argument("--folder", type=Path, default=HERE.parent / "shared" / "data" / "pages")
    arguments.add_argument("--only", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if not chosen.folder.is_dir():
        sys.exit(f"no pages to measure on: {chosen.folder}")
    pages = sample(chosen.folder, chosen.pages)
    if chosen.only:
        print(json.dumps(measure(chosen.only, pages)))
        return
    results = {}
    for name in READERS:
        done = subprocess.run([sys.executable, __file__, "--only", name, "--pages", str(chosen.pages), "--folder", str(chosen.folder)],
                              capture_output=True, text=True, check=True, env={"PYTHONPATH": str(HERE), "PATH": "/usr/bin:/bin"})  # fmt: skip
        results[name] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{'ms CPU a page':22}"
        + "".join(f"{group:>10}" for group in pages)
        + f"{'pages/s':>10}{'MB':>7}   of trafilatura: "
        + ", ".join(pages)
    )
    for name, row in results.items():
        mean = sum(row[group] for group in pages) / len(pages)
        ratios = "  ".join(f"{row[group] / results['trafilatura'][group]:.2f}" for group in pages)
        print(
            f"{name:22}"
            + "".join(f"{row[group]:10.1f}" for group in pages)
            + f"{1000 / mean:10.1f}{row['MB']:7.0f}   {ratios}"
        )


if __name__ == "__main__":
    main()

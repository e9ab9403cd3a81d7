"""Learn the weights of spiders/extract/kinds.json from labelled pages; needs scikit-learn and ../shared/data/pages.

usage: python bench/train_kinds.py            prints accuracy, cross-validated by site, and writes the weights
Pages: listings_index.jsonl (detail, list), wcxb (CC BY 4.0), readability (Apache, articles). Nothing of a page but its signs is used.
"""

from __future__ import annotations

import gzip
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent.parent
PAGES = HERE.parent / "shared" / "data" / "pages"
sys.path.insert(0, str(HERE))
OURS = {
    "detail": "listing",
    "list": "results",
    "article": "article",
    "forum": "forum",
    "product": "listing",
    "collection": "results",
    "listing": "results",
}


def rows() -> list[tuple[str, str, str, str, float]]:
    """(path, url, kind, site, weight) of each labelled page."""
    found = []
    for line in (PAGES / "listings_index.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["kind"] in OURS:
            found.append(
                (
                    str(PAGES / row["file"]),
                    row.get("url") or f"https://{row['site']}/",
                    OURS[row["kind"]],
                    row["site"].split("__")[0],
                    1.0,
                )
            )
    for row in json.loads((PAGES / "wcxb" / "index.json").read_text()):
        weight = 0.5 if row["type"] == "listing" else 1.0
        found.append(
            (
                str(PAGES / "wcxb" / "html" / f"{row['id']}.html.gz"),
                row["url"],
                OURS[row["type"]],
                row["domain"],
                weight,
            )
        )
    for folder in sorted((PAGES / "readability").iterdir()):
        if (folder / "source.html.gz").exists():
            found.append(
                (
                    str(folder / "source.html.gz"),
                    "http://fakehost/test/page.html",
                    "article",
                    "readability-" + folder.name,
                    0.5,
                )
            )
    return found


def signs_of(row: tuple[str, str, str, str, float]) -> dict[str, float]:
    """The signs of one page."""
    from spiders.extract import kinds, reader
    from spiders.items import Page

    caught: dict[str, float] = {}
    real = kinds.kind_of

    def catch(seen: kinds.Evidence):  # type: ignore[no-untyped-def]
        caught.update(kinds.signs(seen))
        return "other", ""

    kinds.kind_of = catch  # type: ignore[assignment]
    try:
        reader.read(Page(row[1], gzip.open(row[0]).read()))  # noqa: SIM115
    finally:
        kinds.kind_of = real
    return caught


def main() -> None:
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    data = rows()
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(signs_of, data, chunksize=8))
    kept = [(row, one) for row, one in zip(data, found, strict=True) if one]
    names = sorted(kept[0][1])
    x = np.array([[one[name] for name in names] for _, one in kept])
    y = np.array([row[2] for row, _ in kept])
    weight = np.array([row[4] for row, _ in kept])
    groups = np.array([urlsplit("https://" + row[3]).netloc for row, _ in kept])
    guess = np.empty_like(y)
    for train, test in GroupKFold(8).split(x, y, groups):
        model = LogisticRegression(C=1.0, max_iter=3000, class_weight="balanced").fit(
            x[train], y[train], sample_weight=weight[train]
        )
        guess[test] = model.predict(x[test])
    for kind in sorted(set(y)):
        print(f"{kind:8} right={np.mean(guess[y == kind] == kind):.3f} of {np.sum(y == kind)}")
    for (row, _), is_, said in zip(kept, y, guess, strict=True):
        if is_ != said and "-v" in sys.argv:
            print("   ", row[0][-60:], row[1][:80], is_, "->", said)
    model = LogisticRegression(C=1.0, max_iter=3000, class_weight="balanced").fit(x, y, sample_weight=weight)
    weights = {
        kind: {
            "bias": round(float(model.intercept_[i]), 3),
            **{name: round(float(model.coef_[i][j]), 3) for j, name in enumerate(names)},
        }
        for i, kind in enumerate(model.classes_)
    }
    note = "Made by bench/train_kinds.py from page signs of shared data (wcxb: CC BY 4.0)."
    (HERE / "spiders" / "extract" / "kinds.json").write_text(
        json.dumps({"note": note, "weights": weights}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()

"""Learn spiders/extract/blocks.npz, which tells main text from the rest; needs scikit-learn and ../shared/data/pages.

usage: python bench/train_blocks.py [-t]      -t: test only (grouped by site), write nothing
Pages: wcxb (CC BY 4.0) and readability (Apache). Nothing of a page but the numbers of blocks.py is used.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent.parent
PAGES = HERE.parent / "shared" / "data" / "pages"
sys.path.insert(0, str(HERE))
KINDS = {"article": "article", "forum": "forum", "product": "listing", "collection": "results", "listing": "results"}


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def pages() -> list[dict]:
    found = []
    for row in json.loads((PAGES / "wcxb" / "index.json").read_text()):
        gold = json.loads((PAGES / "wcxb" / "ground-truth" / f"{row['id']}.json").read_text())["ground_truth"][
            "main_content"
        ]
        found.append(
            {
                "path": str(PAGES / "wcxb" / "html" / f"{row['id']}.html.gz"),
                "url": row["url"],
                "gold": gold,
                "type": row["type"],
                "site": row["domain"],
            }
        )
    import lxml.html

    for folder in sorted((PAGES / "readability").iterdir()):
        if (folder / "expected.html.gz").exists():
            tree = lxml.html.fromstring(gzip.open(folder / "expected.html.gz").read().decode("utf-8"))  # noqa: SIM115
            gold = "\n".join(" ".join(part.split()) for part in tree.itertext() if part.strip())
            found.append(
                {
                    "path": str(folder / "source.html.gz"),
                    "url": "http://fakehost/test/page.html",
                    "gold": gold,
                    "type": "readability",
                    "site": "r-" + folder.name,
                }
            )
    return found


def prepared(page: dict) -> tuple[np.ndarray, list[list[str]], str]:
    """(table, tokens of each block, kind as we read it)."""
    from spiders.extract import maintext, reader
    from spiders.items import Page

    caught: list = []
    real = maintext.select

    def catch(dom, groups, tiles, kind, anchor, opinion=""):  # type: ignore[no-untyped-def]
        from spiders.extract import blocks

        caught.append(
            (blocks.table(dom, groups, tiles, kind, anchor), [tokens(block.text) for block in dom.everything], kind)
        )
        return dom.blocks

    maintext.select = catch
    try:
        reader.read(Page(page["url"], gzip.open(page["path"]).read()))  # noqa: SIM115
    finally:
        maintext.select = real
    return caught[0] if caught else (np.zeros((0, 1)), [], "")


def labels(found: list[list[str]], gold: str) -> np.ndarray:
    """Share of each block that the gold text holds: whole runs for long blocks, whole lines for short ones."""
    want = tokens(gold)
    text = " " + " ".join(want) + " "
    lines = {" ".join(tokens(line)) for line in gold.split("\n")}
    grams = {tuple(want[i : i + 4]) for i in range(len(want) - 3)}
    out = []
    for block in found:
        joined = " ".join(block)
        if not block:
            out.append(0.0)
        elif len(block) <= 3:
            out.append(1.0 if joined in lines else 0.35 if f" {joined} " in text and len(joined) > 8 else 0.0)
        elif f" {joined} " in text:
            out.append(1.0)
        else:
            mine = [tuple(block[i : i + 4]) for i in range(len(block) - 3)]
            out.append(sum(gram in grams for gram in mine) / len(mine))
    return np.array(out)


def score(found: list[list[str]], keep: np.ndarray, gold: str) -> float:
    want = Counter(tokens(gold))
    got: Counter[str] = Counter()
    for block, kept in zip(found, keep, strict=True):
        if kept:
            got.update(block)
    total = sum(want.values()) + sum(got.values())
    return 2 * sum((want & got).values()) / total if total else 1.0


def choose(odds: np.ndarray, sizes: np.ndarray, power: float) -> np.ndarray:
    """The blocks that make the expected F1 greatest, when each is right with its own chance."""
    chance = 1 / (1 + np.exp(-odds))
    order = np.argsort(-odds)
    gained = np.cumsum((chance * sizes)[order])
    taken = np.cumsum(sizes[order])
    expected = 2 * gained / (taken + power * (chance * sizes).sum() + 1e-9)
    keep = np.zeros(len(odds), dtype=bool)
    keep[order[: int(np.argmax(expected)) + 1]] = True
    return keep


def fit(x: np.ndarray, y: np.ndarray, w: np.ndarray):  # type: ignore[no-untyped-def]
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=RATE,
        max_depth=6,
        max_leaf_nodes=20,
        min_samples_leaf=25,
        l2_regularization=5.0,
        max_features=0.4,
        random_state=1,
    )
    # A soft label is a block counted twice, as right and as wrong.
    xx, yy, ww = np.vstack([x, x]), np.r_[np.ones(len(x)), np.zeros(len(x))], np.r_[w * y, w * (1 - y)]
    used = ww > 0
    return model.fit(xx[used], yy[used], sample_weight=ww[used])


TREES, RATE = 100, 0.1


def main() -> None:
    from sklearn.model_selection import GroupKFold

    data = pages()
    cache = Path(os.environ["BLOCKS_CACHE"]) if os.environ.get("BLOCKS_CACHE") else None
    if cache and cache.exists():
        with np.load(cache, allow_pickle=False) as kept_before:
            found = [(kept_before[f"x{i}"], json.loads(str(kept_before[f"t{i}"])), "") for i in range(len(data))]
    else:
        with ProcessPoolExecutor(2) as pool:
            found = list(pool.map(prepared, data, chunksize=8))
        if cache:
            np.savez(
                cache,
                **{f"x{i}": one[0] for i, one in enumerate(found)},
                **{f"t{i}": np.array(json.dumps(one[1])) for i, one in enumerate(found)},
            )
    kept = [(page, *one) for page, one in zip(data, found, strict=True) if len(one[1])]
    print("pages", len(kept), "of", len(data))
    xs = [one[1] for one in kept]
    ys = [labels(one[2], one[0]["gold"]) for one in kept]
    ws = []
    for page, _, blocks, _ in kept:
        sizes = np.array([len(block) for block in blocks], dtype=float)
        weight = sizes / max(len(tokens(page["gold"])), sizes.sum() * 0.1, 30) * 100
        ws.append(np.minimum(weight, 60) * (0.6 if page["type"] == "readability" else 1.0))
    groups = np.array([one[0]["site"] for one in kept])
    results: dict[str, list[float]] = {}
    left_out: dict[int, np.ndarray] = {}
    curve: dict[str, dict[float, list[float]]] = {}
    for train, test in GroupKFold(4).split(groups, groups, groups):
        model = fit(
            np.vstack([xs[i] for i in train]),
            np.concatenate([ys[i] for i in train]),
            np.concatenate([ws[i] for i in train]),
        )
        for i in test:
            odds = model.decision_function(xs[i])
            kind = kept[i][0]["type"]
            sizes = np.array([len(block) for block in kept[i][2]], dtype=float)
            for power in (0.8, 1.0, 1.2):
                curve.setdefault(kind, {}).setdefault(f"best*{power}", []).append(
                    score(kept[i][2], choose(odds, sizes, power), kept[i][0]["gold"])
                )
            for cut in (-1.2, -0.8, -0.4, 0.0):
                curve.setdefault(kind, {}).setdefault(cut, []).append(score(kept[i][2], odds > cut, kept[i][0]["gold"]))
            left_out[i] = odds
            results.setdefault(kind + " best possible", []).append(score(kept[i][2], ys[i] > 0.45, kept[i][0]["gold"]))
    for kind, cuts in sorted(curve.items()):
        print(
            f"{kind:12}",
            " ".join(f"{cut}: {np.mean(values):.3f}" for cut, values in cuts.items()),
            f"limit {np.mean(results[kind + ' best possible']):.3f}",
        )
    if os.environ.get("BLOCKS_LEFT_OUT"):  # odds of each page from the model that never saw its site
        np.savez(
            os.environ["BLOCKS_LEFT_OUT"],
            **{kept[i][0]["path"].replace("/", "|"): odds for i, odds in left_out.items()},
        )
    if "-t" in sys.argv:
        return
    model = fit(np.vstack(xs), np.concatenate(ys), np.concatenate(ws))
    write(model, HERE / "spiders" / "extract" / "blocks.npz")


def write(model, path: Path) -> None:  # type: ignore[no-untyped-def]
    trees = [stage[0].nodes for stage in model._predictors]
    width = max(len(nodes) for nodes in trees)
    shape = (len(trees), width)
    feature, left, right = (np.full(shape, -1, np.int16) for _ in range(3))
    threshold, value = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    depth = 0
    for t, nodes in enumerate(trees):
        for n, node in enumerate(nodes):
            value[t, n] = node["value"] if node["is_leaf"] else 0
            if not node["is_leaf"]:
                feature[t, n], threshold[t, n], left[t, n], right[t, n] = (
                    node["feature_idx"],
                    node["num_threshold"],
                    node["left"],
                    node["right"],
                )
            depth = max(depth, int(node["depth"]))
    np.savez_compressed(
        path,
        feature=feature,
        threshold=threshold,
        left=left,
        right=right,
        value=value,
        start=np.float32(model._baseline_prediction.ravel()[0]),
        depth=depth,
    )
    print(path.name, path.stat().st_size, "bytes", shape, "depth", depth)


if __name__ == "__main__":
    main()

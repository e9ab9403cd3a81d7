"""Speed of the reader beside spaCy's matchers, on the same texts, in one run: `python -m bench.nlp` or `python
bench/nlp.py`.

Prints texts a second of one core (CPU time), the ratios, the start and the memory. Texts are made of our own cases,
brought
to about 1 KB with prose that names no animal.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PROSE = (
    "The house stands at the end of the lane and has three rooms, a kitchen and a small garden. It was painted last "
    "spring, the roof is sound, and the bus to the market stops at the corner twice an hour. "
)


def memory() -> float:
    """Highest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def texts(count: int, share: float) -> list[tuple[str, str]]:
    """Titles and texts of about 1 KB, a share of them with something to read."""
    rng = random.Random(7)
    cases = [json.loads(line) for path in sorted((ROOT / "tests/nlp/cases").glob("??.jsonl")) for line in path.open()]
    out = []
    for number in range(count):
        if rng.random() < share:
            row = rng.choice(cases)
            body = (row["text"] + " " + PROSE * 6)[:1000]
            out.append((row["title"], body))
        else:
            out.append((f"Flat to let {number}", (PROSE * 6)[:1000]))
    return out


def rate(run: object, items: list[object]) -> float:
    """Items a second of CPU time."""
    start = time.process_time()
    for item in items:
        run(item)  # type: ignore[operator]
    return len(items) / (time.process_time() - start)


def main(peers: bool = True) -> None:
    """Print the table."""
    wall, start = time.perf_counter(), time.process_time()
    from nlp.pipeline import Reader
    from nlp.records import Text

    reader = Reader()
    reader.read(Text("warm", title="Ivory netsuke", text="elephant ivory, 4 cm, £200"))
    print(
        f"start         {time.process_time() - start:6.2f} s CPU, {time.perf_counter() - wall:.2f} s; {memory():.0f} MB"
    )
    named = Reader(facts="named")
    few = [Text(str(n), title=a, text=b) for n, (a, b) in enumerate(texts(2000, 0.1))]
    every = [Text(str(n), title=a, text=b) for n, (a, b) in enumerate(texts(600, 1.0))]
    ours = rate(lambda t: list(reader.read_many([t])), few), rate(lambda t: list(reader.read_many([t])), every)
    print(f"reader        {ours[0]:6.0f} texts/s (one hit in ten), {ours[1]:.0f} (all hit); {memory():.0f} MB")
    quick = rate(lambda t: list(named.read_many([t])), few)
    print(f"  facts=named {quick:6.0f} texts/s (one hit in ten)")
    before = memory()
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5):
        list(reader.read_many(few))
    print(f"memory        {memory() - before:+6.0f} MB after {5 * len(few)} further texts")
    if peers:
        _peers(every[:200])


def _peers(items: list[object]) -> None:
    import spacy
    from spacy.matcher import PhraseMatcher

    from nlp.lexicon import load

    words = [term.word for term in load() if term.kind in ("group", "product", "code")]
    blank = spacy.blank("xx")
    start = time.process_time()
    matcher = PhraseMatcher(blank.vocab, attr="LOWER")
    matcher.add("THING", [blank.make_doc(word) for word in words])
    built = time.process_time() - start
    speed = rate(lambda t: matcher(blank.make_doc(t.title + "\n" + t.text)), items)
    print(f"PhraseMatcher {speed:6.0f} texts/s, {len(words)} terms alone, built in {built:.1f} s")
    ruler = spacy.blank("xx")
    start = time.process_time()
    ruler.add_pipe("entity_ruler").add_patterns([{"label": "THING", "pattern": word} for word in words])
    built = time.process_time() - start
    speed = rate(lambda t: ruler(t.title + "\n" + t.text), items)
    print(f"EntityRuler   {speed:6.0f} texts/s, {len(words)} terms alone, built in {built:.1f} s")


if __name__ == "__main__":
    main()

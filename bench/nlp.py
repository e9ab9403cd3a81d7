"""Speed of the reader beside spaCy's matchers, on the same texts, in one run: `python bench/nlp.py [TEXTS]`.

Prints texts a second of one core (CPU time), the ratios, the start, and the memory after a tenth of TEXTS (50,000) and
after all, of texts of a quarter of the length: what stays is what was not seen before, and that is in the first words.
Texts are made of our own cases, brought to about 1 KB with prose that names no animal; no two are the same.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlp.pipeline import Reader
    from nlp.records import Text

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PROSE = [
    sentence.strip() + "."
    for sentence in [
        "The house stands at the end of the lane and has three rooms, a kitchen and a small garden",
        "It was painted last spring, the roof is sound, and the bus to the market stops at the corner twice an hour",
        "The seller can be seen by appointment in the afternoon",
        "The bicycle has been serviced and rides well, with new tyres and a bell",
        "Sofa in good condition from a home without smokers, collection only",
        "We ask for a deposit when you reserve and the rest when you collect",
        "Delivery within the town can be arranged for a small fee",
        "Please read the whole advert before you write",
        "The engine was replaced by the previous owner and all bills are there",
        "A quiet flat on the second floor facing the yard",
        "Books and records sorted by author, sold as one lot",
        "Walking distance to the station, shops and school",
        "Asking 250 or nearest offer, call 07700 900142 after six",
    ]
]


def memory() -> float:
    """Highest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def texts(count: int, share: float) -> list[tuple[str, str]]:
    """Titles and texts of about 1 KB, a share of them with something to read."""
    rng = random.Random(7)
    cases = [json.loads(line) for path in sorted((ROOT / "tests/nlp/cases").glob("??.jsonl")) for line in path.open()]
    out = []
    for number in range(count):
        prose = " ".join(rng.choice(PROSE) for _ in range(14))
        if rng.random() < share:
            row = rng.choice(cases)
            out.append((row["title"], (row["text"] + " " + prose)[:1000]))
        else:
            out.append((f"Flat to let {number}", prose[:1000]))
    return out


def rate(run: Callable[[list[Text]], object], items: list[Text], rounds: int = 2) -> float:
    """Items a second of CPU time: the best of some rounds, since others may use the machine."""
    best = 0.0
    for _ in range(rounds):
        start = time.process_time()
        run(items)
        best = max(best, len(items) / (time.process_time() - start))
    return best


def resident() -> float:
    """Memory in use now, in MB (Linux; else the highest so far)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return memory()
    return pages * resource.getpagesize() / 1_048_576


def main() -> None:
    """Print the table."""
    wall, start = time.perf_counter(), time.process_time()
    from nlp.pipeline import Reader
    from nlp.records import Text

    reader = Reader()
    reader.read(Text("warm", title="Ivory netsuke", text="elephant ivory, 4 cm, £200"))
    spent = time.process_time() - start
    print(f"start          {spent:6.2f} s CPU, {time.perf_counter() - wall:.2f} s; {memory():.0f} MB")
    few = [Text(str(n), title=a, text=b) for n, (a, b) in enumerate(texts(2000, 0.1))]
    every = [Text(str(n), title=a, text=b) for n, (a, b) in enumerate(texts(600, 1.0))]
    ours = {"one hit in ten": rate(lambda t: list(reader.read_many(t)), few),
            "all hit": rate(lambda t: list(reader.read_many(t)), every)}  # fmt: skip
    for name, speed in ours.items():
        print(f"reader         {speed:6.0f} texts/s ({name})")
    reader._facts_of_all = False
    print(f"  facts=named  {rate(lambda t: list(reader.read_many(t)), few):6.0f} texts/s (one hit in ten)")
    reader._facts_of_all = True
    _memory(reader, int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)  # before the peers, whose tables are large
    _peers({"one hit in ten": few[:100], "all hit": every[:100]}, ours)


def _memory(reader: Reader, most: int) -> None:
    """Memory as texts go by; each text is a new one."""
    from nlp.records import Text

    base, done = texts(2500, 0.1), 0
    for target in (most // 10, most):
        while done < target:
            batch = [Text(str(done + n), title=a, text=f"{b[:240]} no. {done + n}") for n, (a, b) in enumerate(base)]
            for _ in reader.read_many(batch[: target - done]):
                pass
            done += len(batch[: target - done])
        print(f"memory         {resident():6.0f} MB after {done} texts (highest {memory():.0f})")


def _peers(streams: dict[str, list[Text]], ours: dict[str, float]) -> None:
    """spaCy's matchers with the same terms on the same texts, and how many times as fast the reader is."""
    import spacy
    from spacy.matcher import PhraseMatcher

    from nlp.lexicon import load
    from nlp.taxonomy import taxonomy

    terms = [*load(), *taxonomy().name_terms(), *taxonomy().scientific_terms()]
    words = list(dict.fromkeys(term.word for term in terms))
    blank = spacy.blank("xx")
    start = time.process_time()
    matcher = PhraseMatcher(blank.vocab, attr="LOWER")
    matcher.add("THING", list(blank.tokenizer.pipe(words)))
    built = {"PhraseMatcher": time.process_time() - start}
    ruler = spacy.blank("xx")
    start = time.process_time()
    ruler.add_pipe("entity_ruler").add_patterns([{"label": "THING", "pattern": word} for word in words])
    built["EntityRuler"] = time.process_time() - start
    runs: dict[str, Callable[[list[Text]], object]] = {
        "PhraseMatcher": lambda t: [matcher(blank.make_doc(one.title + "\n" + one.text)) for one in t],
        "EntityRuler": lambda t: [ruler(one.title + "\n" + one.text) for one in t],
    }
    for peer, run in runs.items():
        print(f"{peer:14} built in {built[peer]:.1f} s, {len(words)} terms; it finds terms and does nothing else")
        for name, items in streams.items():
            speed = rate(run, items)
            print(f"               {speed:6.0f} texts/s ({name}); the reader is {ours[name] / speed:.2f} times as fast")


if __name__ == "__main__":
    main()

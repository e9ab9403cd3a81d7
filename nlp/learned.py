"""The learned part: a logistic model a kind of source, where rules alone say too little. Rules carry everything else.

Two models ship (see `models/README.md`): `tiles` reads English titles without a text, as a results page gives them, and
`sharks` English listings of sharks and rays. A folder of further ones, each trained on analysts' decisions on one
source, may be given; for texts of its source such a model stands before the shipped ones. A model is plain arrays
(`NAME.npz`) and a card (`NAME.json`); what cannot be used is named in `Models.problems`, and the rules go on without.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nlp import features
from nlp.evidence import Evidence
from nlp.records import Reason
from nlp.things import Thing
from nlp.verdict import Verdict

FOLDER = Path(__file__).parent / "models"
SHIPPED = ("tiles", "sharks")
_RAYS = frozenset({"shark", "ray", "hammerhead", "whale_shark", "sawfish", "manta_mobula", "guitarfish"})
_LARGEST = 32_000_000  # bytes of an array, packed or not; a model of 5,000 texts has 2 MB
_DOUBTFUL = frozenset({"TEE", "BON", "SKU"})  # parts whose words name fossils and trinkets as often
_AGAINST = -0.3
_CLEAR = 0.6


class ModelError(ValueError):
    """A model that cannot be used; the message names its file."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by hashed name, and the card: what it learned from and how well it did."""

    name: str
    weights: Mapping[int, float]
    bias: float
    card: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Changes with the weights."""
        return str(self.card["weights_sha256"])[:8]

    def points(self, named: Mapping[str, float]) -> float:
        """The log-odds that a text with these values is relevant."""
        return self.bias + features.weigh(named, self.weights)


def packed(model: Model) -> tuple[bytes, dict[str, Any]]:
    """The two files of a model: its arrays, and its card with their hash."""
    keys = np.array(sorted(model.weights), dtype=np.uint32)
    values = np.array([model.weights[int(key)] for key in keys], dtype=np.float32)
    stream = io.BytesIO()
    np.savez_compressed(stream, keys=keys, weights=values, bias=np.float64(model.bias))
    data = stream.getvalue()
    return data, {**model.card, "weights": len(keys), "weights_sha256": hashlib.sha256(data).hexdigest()}


def load(folder: Path, name: str) -> Model:
    """The model of that name. ModelError when a file is missing, cut, altered, of another version or not a model."""
    path = folder / f"{name}.npz"
    try:
        card = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        if not isinstance(card, dict) or card.get("features") != features.VERSION:
            raise ModelError(f"{name}.json: not the card of a model of this version; train it again")
        if path.stat().st_size > _LARGEST:
            raise ModelError(f"{path.name}: larger than a model can be")
        if hashlib.sha256(path.read_bytes()).hexdigest() != card.get("weights_sha256"):
            raise ModelError(f"{path.name}: not the weights that its card speaks of")
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST:
                raise ModelError(f"{path.name}: larger than a model can be")
        with np.load(path, allow_pickle=False) as stored:
            keys, weights, bias = stored["keys"], stored["weights"], float(stored["bias"])
        sound = keys.ndim == weights.ndim == 1 and len(keys) == len(weights) and keys.dtype == np.uint32
        if not sound or weights.dtype != np.float32 or not (np.isfinite(weights).all() and np.isfinite(bias)):
            raise ModelError(f"{path.name}: no table of weights")
    except ModelError:
        raise
    except (OSError, ValueError, KeyError, EOFError, TypeError, RecursionError, zipfile.BadZipFile, zlib.error,
            NotImplementedError, MemoryError) as error:  # fmt: skip
        raise ModelError(f"{path.name}: {type(error).__name__}: {error}") from error
    return Model(name, dict(zip(keys.tolist(), weights.astype(float).tolist(), strict=True)), bias, card)


class Models:
    """The shipped models, and those of a folder by the source that each learned from."""

    def __init__(self, folder: Path | None = None) -> None:
        self.problems: list[str] = []
        self._shipped = _shipped()
        self._own: dict[str, Model] = {}
        for path in sorted(folder.glob("*.json")) if folder is not None else ():
            try:
                model = load(path.parent, path.stem)
                self._own[str(model.card["source"])] = model
            except (ModelError, KeyError) as error:
                self.problems.append(f"{path.parent / path.stem}: not used: {error}")
        together = sorted(f"{model.name} {model.version}" for model in (*self._shipped.values(), *self._own.values()))
        self.version = f"{len(together)} {hashlib.sha256(' '.join(together).encode()).hexdigest()[:8]}"

    def of(self, evidence: Evidence, things: list[Thing]) -> Model | None:
        """The model that reads this text, if any."""
        own = self._own.get(evidence.text.source) if evidence.text.source else None
        if own is not None and evidence.text.kind != "news":
            return own
        return self._shipped.get(kind_of(evidence, things))


@cache
def _shipped() -> dict[str, Model]:
    return {name: load(FOLDER, name) for name in SHIPPED if (FOLDER / f"{name}.json").exists()}


def kind_of(evidence: Evidence, things: list[Thing]) -> str:
    """Which shipped model reads this text: tiles, sharks or none ("")."""
    text = evidence.text
    if text.kind != "listing" or not text.title:
        return ""
    if not text.text:
        return "tiles" if _latin(text.title) else ""
    named = {word.term.cls for word in evidence.of("group", "product", "name", "taxon")}
    named |= {word.term.cls for word, _ in evidence.covered}
    fish = any(_RAYS & set(thing.groups) for thing in things) or bool(_RAYS & named)
    return "sharks" if fish and evidence.language.code == "en" else ""


def _latin(title: str) -> bool:
    return sum(char.isascii() for char in title) * 10 >= len(title) * 8


def least(kind: str, verdict: Verdict) -> float:
    """What the model of sharks may not go below: clear words with nothing against them are not talked away."""
    against = any(reason.points < _AGAINST and not reason.rule.startswith("bias") for reason in verdict.reasons)
    clear = not _DOUBTFUL & {code for thing in verdict.things for code in thing.codes}
    return verdict.points if kind == "sharks" and verdict.points > _CLEAR and clear and not against else -np.inf


def sharpen(models: Models, evidence: Evidence, verdict: Verdict, things: list[Thing]) -> Model | None:
    """Bring the verdict to the points of the model that reads such texts; its share is a reason of its own."""
    model = models.of(evidence, things)
    if model is None:
        return None
    value = max(model.points(features.features(evidence, verdict, things)), least(model.name, verdict))
    share = round(value - verdict.points, 3)
    verdict.reasons.append(Reason(f"learned: {model.name}", share, "", "title", 0, 0))
    verdict.points += share
    if verdict.points > 0 and not verdict.things:
        verdict.things = [thing for thing in things if thing.material][:3]
    return model

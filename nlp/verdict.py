"""The verdict on one text: points, the reasons that add up to them, and the things they are about."""

from __future__ import annotations

from dataclasses import dataclass, field

from nlp.evidence import Word
from nlp.records import Reason
from nlp.rules import Rules
from nlp.things import Thing


@dataclass(slots=True)
class Verdict:
    """The sum of the points, the reasons behind it, and the things they are about."""

    points: float = 0.0
    reasons: list[Reason] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    live: set[str] = field(default_factory=set)

    @property
    def relevant(self) -> bool:
        """Whether the points speak for it."""
        return self.points > 0

    def add(self, rules: Rules, rule: str, times: float, word: Word | None, name: str = "") -> None:
        """Count a rule `times` over, with the words it rests on."""
        points = round(rules.points(rule) * times, 3)
        self.points += points
        if word is None:
            self.reasons.append(Reason(name or rule, points, "", "title", 0, 0))
        else:
            self.reasons.append(Reason(name or rule, points, word.text, word.field, word.start, word.end))

    def base(self, thing: Thing) -> None:
        """Count what the words of a thing are worth."""
        points = round(thing.base, 3)
        self.points += points
        word = thing.word
        name = thing.form if not word.disguise else f"{thing.form}, {word.disguise[0]}"
        self.reasons.append(Reason(name, points, word.text, word.field, word.start, word.end))

"""A spaCy tokenizer for every script: words where there are spaces, single base characters with their marks where
not."""

from __future__ import annotations

import regex

from nlp.light import Doc, Vocab, registry

_SPLIT = regex.compile(
    r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*|[\p{L}\p{M}\p{N}]+(?:[.,'’][\p{L}\p{N}]+)*|\S\p{M}*"
    r"|\s+)( ?)"
)
_MOST = 20_000  # tokens of one Doc; the rest of a longer text is one token


class ScriptTokenizer:
    """Splits losslessly: the tokens and their spaces give the text back."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The Doc of a text."""
        if len(text) <= _MOST:
            found = _SPLIT.findall(text)
            return Doc(self.vocab, words=[word for word, _ in found], spaces=[space == " " for _, space in found])
        words: list[str] = []
        spaces: list[bool] = []
        for part in _SPLIT.finditer(text):
            if len(words) == _MOST:
                words.append(text[part.start() :])
                spaces.append(False)
                break
            words.append(part.group(1))
            spaces.append(part.group(2) == " ")
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_: object) -> bytes:
        """Nothing to keep: the tokenizer has no state."""
        return b""

    def from_bytes(self, _: bytes, **__: object) -> ScriptTokenizer:
        """Nothing to read."""
        return self

    def to_disk(self, _: object, **__: object) -> None:
        """Nothing to keep."""

    def from_disk(self, _: object, **__: object) -> ScriptTokenizer:
        """Nothing to read."""
        return self


@registry.tokenizers("osint.ScriptTokenizer.v1")  # type: ignore[untyped-decorator]
def script_tokenizer() -> object:
    """For configs: `nlp.tokenizer = {"@tokenizers": "osint.ScriptTokenizer.v1"}`."""
    return lambda pipeline: ScriptTokenizer(pipeline.vocab)

"""Bad input to the commands: one error record with line number and reason, the rest answered, the exit code says so."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = b'{"id": "good", "title": "Carved elephant ivory netsuke", "text": "\xc2\xa3200"}'
COMMANDS = {
    "nlp": ([sys.executable, "-m", "nlp.analyse"], 1),
    "osint": ([sys.executable, "-c", "from osint.cli import main; main()", "analyse"], 3),
}
# What a line holds, and a word of the reason (None: it is answered).
LINES: list[tuple[bytes, str | None]] = [
    (GOOD, None),
    (b"{not json", "not JSON"),
    (b'["a", "list"]', "not an object"),
    (b"null", "not an object"),
    (b"7", "not an object"),
    (b'{"title": "no id"}', "no id"),
    (b'{"id": true, "title": "x"}', "no id"),
    (b'{"id": 12, "title": "ivory"}', None),
    (b'{"id": "k", "kind": "poem"}', "kind"),
    (b'{"id": "t", "title": 7}', "title"),
    (b'{"id": "first", "id": "twice", "title": "ivory"}', None),
    (b'{"id": "half", "title": "elephant ivory \\ud800 tusk"}', None),
    (b"\x00\x01\xff\xfe binary \x80", "not JSON"),
    ('{"id": "u16", "title": "ivory"}'.encode("utf-16-le"), "not JSON"),
    ('{"id": "latin", "title": "d\xe9fense d\'\xe9l\xe9phant"}'.encode("latin-1"), None),
    (b"[" * 100_000, "not JSON"),
    (b'{"id": "deep", "title": ' + b"[" * 5000 + b"]" * 5000 + b"}", ""),
    (b'{"id": "long", "text": "' + b"ivory for sale " * 700_000 + b'"}', None),
    (b'{"id": "endless", "text": "' + b"x" * 21_000_000 + b'"}', "longer than"),
    (b'{"id": "nan", "title": NaN}', "title"),
    (GOOD, None),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bad_line_is_one_error_and_the_rest_is_answered(command: str, tmp_path: Path) -> None:
    call, failed = COMMANDS[command]
    feed = b"\n\n".join(line for line, _ in LINES)  # an empty line between: skipped, and counted
    done = subprocess.run(
        call, input=feed, capture_output=True, cwd=Path(__file__).parents[2], check=False,
        env=dict(os.environ, OSINT_HOME=str(tmp_path)),
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == failed, done.stderr[-2000:]
    assert len(answers) == len(LINES), done.stderr[-2000:]
    for number, ((line, reason), answer) in enumerate(zip(LINES, answers, strict=True)):
        if reason is None:
            assert "error" not in answer, (line[:60], answer)
        else:
            assert f"line {2 * number + 1}:" in answer["error"]
            assert reason in answer["error"]
            assert answer["line"] == 2 * number + 1
    assert [answer["id"] for answer in answers if "error" not in answer][:4] == ["good", "12", "twice", "half"]
    assert answers[0]["relevant"]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_500_000  # KB: the longest line and its tables


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_wrong_is_exit_code_zero(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        COMMANDS[command][0], input=GOOD + b"\n", capture_output=True, cwd=Path(__file__).parents[2], check=False,
        env=dict(os.environ, OSINT_HOME=str(tmp_path)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["relevant"]

"""Settings: where each comes from, and what is said of a wrong one."""

import pytest

from osint import settings


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("OSINT_HOME", str(tmp_path))
    monkeypatch.delenv("OSINT_PORT", raising=False)
    return tmp_path


def origin(key):
    return {name: (value, where) for name, value, where, _ in settings.origins(settings.load())}[key]


def test_defaults_file_and_variable_in_that_order(home, monkeypatch):
    assert origin("port") == (8400, "default")
    (home / "osint.toml").write_text("port = 9001\n")
    assert origin("port") == (9001, str(home / "osint.toml"))
    monkeypatch.setenv("OSINT_PORT", "9002")
    assert origin("port") == (9002, "OSINT_PORT")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 9001\n", ["osint.toml", "prot"]),
        ("port = 'many'\n", ["osint.toml", "port"]),
        ("port = \n", ["osint.toml", "line 1"]),
    ],
)
def test_a_wrong_file_is_named_with_its_key(home, text, words):
    (home / "osint.toml").write_text(text)
    with pytest.raises(settings.SettingsError) as caught:
        settings.load()
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_wrong_variable_is_named(monkeypatch):
    monkeypatch.setenv("OSINT_PORT", "99999")
    with pytest.raises(settings.SettingsError, match="variable OSINT_PORT"):
        settings.load()

"""The compiled words belong to the tables that are shipped with them."""

from nlp import compiled


def test_the_compiled_words_are_those_of_the_tables():
    try:
        compiled.load()
    except compiled.CompiledError as error:
        raise AssertionError(f"{error}; run: python -m nlp.build.compiled") from None


def test_the_compiled_words_are_small_enough_to_ship():
    assert compiled.FILE.stat().st_size < 6_000_000

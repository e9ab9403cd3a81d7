"""Words marked on a lead page: nothing of the text is lost, whatever the offsets say."""

from hypothesis import given
from hypothesis import strategies as st

from osint.web.highlight import pieces

REASON = st.fixed_dictionaries(
    {
        "rule": st.sampled_from(["product", "animal", "plant_ivory"]),
        "points": st.floats(-5, 5),
        "field": st.sampled_from(["title", "text"]),
        "start": st.integers(-3, 30),
        "end": st.integers(-3, 30),
    }
)


@given(st.text(max_size=25), st.lists(REASON, max_size=6))
def test_the_pieces_are_the_text(text, reasons):
    assert "".join(piece.text for piece in pieces(text, reasons, "text")) == text


@given(st.text(min_size=1, max_size=25), st.lists(REASON, max_size=6))
def test_only_words_that_something_rests_on_are_marked(text, reasons):
    at = 0
    for piece in pieces(text, reasons, "text"):
        covered = any(
            one["field"] == "text" and 0 <= one["start"] <= at and at + len(piece.text) <= one["end"] <= len(text)
            for one in reasons
        )
        assert bool(piece.tone) == covered
        at += len(piece.text)


def test_tone_is_the_sum():
    marked = pieces(
        "plant ivory",
        [
            {"rule": "product", "points": 2.0, "field": "text", "start": 6, "end": 11},
            {"rule": "plant_ivory", "points": -3.0, "field": "text", "start": 0, "end": 11},
        ],
        "text",
    )
    assert [(one.text, one.tone) for one in marked] == [("plant ", "against"), ("ivory", "against")]
    assert "product +2.00" in marked[1].title

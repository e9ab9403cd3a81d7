"""The triage pages over a real store: what they show, what they refuse, what a decision leaves behind."""

import re

import pytest
from fastapi.testclient import TestClient

from osint.web.app import create_app
from storage.leads import LeadQuery


@pytest.fixture
def client(filled):
    return TestClient(create_app(filled, "ana", hosts=["testserver"]), follow_redirects=False)


@pytest.fixture
def lead(filled):
    return filled.leads.query(LeadQuery(status="new", relevant=True, limit=1)).rows[0]


def form(client, number):
    page = client.get(f"/leads/{number}").text
    token = re.search(r'name="token" value="([^"]+)"', page).group(1)
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    return {"token": token, "version": version}


def test_the_queue_shows_the_worst_first_with_its_reason(client, filled):
    page = client.get("/").text
    scores = [int(value) for value in re.findall(r"<b>(\d+)</b></span>\s*<span class=\"what\">", page)]
    assert len(scores) > 10
    assert scores == sorted(scores, reverse=True)
    assert page.count('class="why"') == len(scores)


@pytest.mark.parametrize("text", ["งาช้าง", "cao hổ cốt", "象牙", "0900 000 411", "000411"])
def test_search_in_any_script(client, text):
    page = client.get("/", params={"text": text, "status": "", "every": "true"}).text
    assert "data-row>" in page, text


def test_filters_narrow_the_queue(client):
    everything = client.get("/").text.count("data-row>")
    some = client.get("/", params={"group": "pangolin"}).text.count("data-row>")
    assert 0 < some < everything


def test_a_lead_shows_its_reasons_on_the_words(client, lead):
    page = client.get(f"/leads/{lead.id}").text
    assert '<mark class="for"' in page
    assert "SHA-256" in page


def test_confirm_goes_on_to_the_next_and_stays_in_the_log(client, filled, lead):
    answer = client.post(
        f"/leads/{lead.id}/decision", data={**form(client, lead.id), "decision": "confirm", "note": "seen the marks"}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] != f"/leads/{lead.id}"
    assert filled.leads.get(lead.id).status == "confirmed"
    event = filled.reviews.events(object=f"lead:{lead.id}", limit=10)
    assert any(one.who == "ana" and "seen the marks" in one.note for one in event)
    assert filled.reviews.verify() == ()


def test_dismiss_with_a_reason_and_open_again(client, filled, lead):
    client.post(f"/leads/{lead.id}/decision", data={**form(client, lead.id), "decision": "dismiss", "why": "imitation"})
    assert filled.leads.get(lead.id).status == "dismissed"
    client.post(f"/leads/{lead.id}/decision", data={**form(client, lead.id), "decision": "reopen"})
    assert filled.leads.get(lead.id).status == "new"


def test_two_analysts_never_overwrite_each_other(client, filled, lead):
    mine = form(client, lead.id)
    filled.reviews.decide(lead.id, "dismissed", who="bo", note="plastic")
    answer = client.post(f"/leads/{lead.id}/decision", data={**mine, "decision": "confirm"})
    assert answer.status_code == 409
    assert filled.leads.get(lead.id).status == "dismissed"


def test_forged_and_foreign_requests_are_refused(client, lead):
    good = form(client, lead.id)
    url = f"/leads/{lead.id}/decision"
    assert client.post(url, data={"decision": "confirm", "version": good["version"]}).status_code == 403
    assert client.post(url, data={**good, "token": "x", "decision": "confirm"}).status_code == 403
    there = {"Origin": "http://evil.example"}
    assert client.post(url, data={**good, "decision": "confirm"}, headers=there).status_code == 403
    there = {"Origin": "null"}
    assert client.post(url, data={**good, "decision": "confirm"}, headers=there).status_code == 403
    there = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(url, data={**good, "decision": "confirm"}, headers=there).status_code == 403
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_scraped_words_are_never_markup(client, filled):
    number = next(
        lead.id
        for lead in filled.leads.query(LeadQuery(relevant=None, limit=1000)).rows
        if "<script>" in lead.facts.title
    )
    for url in ("/", f"/leads/{number}"):
        page = client.get(url, params={"status": "", "every": "true"}).text
        assert "<script>document.title" not in page
        assert "<img src=x" not in page
    headers = client.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"


def test_a_captured_page_is_shown_in_a_sandbox(client, store, readers, tmp_path):
    from osint.imports import import_files

    saved = tmp_path / "saved.html"
    saved.write_text("<html><title>x</title><body><script>alert(1)</script><img src='http://t.example/p.gif'>hello")
    import_files(store, readers, [saved], "import")
    capture = store.captures.of(source="import")[-1]
    answer = TestClient(create_app(store, "ana", hosts=["testserver"])).get(f"/captures/{capture.id}/page")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "script-src" not in answer.headers["content-security-policy"]


def test_what_is_not_there_is_said_in_words(client):
    for url in ("/leads/999999", "/captures/nothing/page", "/captures/nothing/screenshot"):
        answer = client.get(url)
        assert answer.status_code == 404
        assert "There is no" in answer.text


def test_other_pages(client):
    for url in ("/news", "/runs", "/healthz"):
        assert client.get(url).status_code == 200, url


def test_every_route_that_changes_something_wants_the_token(client):
    changing = [
        (route.path, method)
        for route in client.app.routes
        for method in getattr(route, "methods", None) or ()
        if method not in {"GET", "HEAD", "OPTIONS"}
    ]
    assert changing, "nothing was looked at"
    for path, method in changing:
        url = re.sub(r"\{[^}]+\}", "1", path)
        assert client.request(method, url, data={"decision": "confirm", "version": "1"}).status_code == 403, path

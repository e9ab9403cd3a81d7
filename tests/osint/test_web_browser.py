"""The triage pages in real Chromium, by the keyboard alone; nothing scraped runs or is loaded."""

import threading
import time

import pytest
import uvicorn

from osint.web.app import create_app
from osint.web.socket import bind
from spiders.chromium import find_chromium
from storage.leads import LeadQuery

CHROMIUM = find_chromium()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: the triage pages cannot be driven"),
]


@pytest.fixture
def served(filled):
    with bind("127.0.0.1", 0) as sock:
        app = create_app(filled, "ana", hosts=["127.0.0.1"])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def page():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("dialog", lambda dialog: page.said.append(f"dialog {dialog.message}"))
        yield page
        browser.close()


def test_a_lead_is_judged_by_the_keyboard_alone(page, served, filled):
    page.goto(served)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{second}")
    page.keyboard.press("c")
    page.wait_for_url(lambda url: not url.endswith(second))
    assert filled.leads.get(int(second.rsplit("/", 1)[1])).status == "confirmed"
    here = page.url
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != here)
    assert filled.leads.get(int(here.rsplit("/", 1)[1])).status == "dismissed"
    page.keyboard.press("u")
    page.wait_for_url(f"{served}/")
    page.keyboard.press("?")
    assert page.locator("#help").evaluate("one => one.open")


def test_a_note_can_hold_the_letters_that_are_keys(page, served, filled):
    lead = filled.leads.query(LeadQuery(status="new", relevant=True, limit=1)).rows[0]
    page.goto(f"{served}/leads/{lead.id}")
    page.keyboard.press("n")
    page.keyboard.type("cd jk ?")
    assert page.url.endswith(f"/leads/{lead.id}")
    assert page.locator("[data-note]").input_value() == "cd jk ?"
    assert filled.leads.get(lead.id).status == "new"


def test_nothing_scraped_runs_or_is_loaded(page, served, filled):
    hostile = [
        lead.id
        for lead in filled.leads.query(LeadQuery(relevant=None, limit=1000)).rows
        if "<script>" in lead.facts.title or "HYPERLINK" in lead.facts.title
    ]
    assert len(hostile) == 2
    page.goto(f"{served}/?status=&every=true")
    for number in hostile:
        page.goto(f"{served}/leads/{number}")
        assert page.title() != "owned"
    assert not page.said, page.said
    assert all(url.startswith(served) for url in page.asked), [url for url in page.asked if not url.startswith(served)]


@pytest.mark.parametrize("width", [400, 800, 1500])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_out_of_the_window(page, served, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in ("/", "/leads/1", "/news", "/runs"):
        page.goto(served + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide at {width}"

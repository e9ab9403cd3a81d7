"""Killed with -9 in the middle and started again, a crawl goes on: no capture is lost, none doubled, nothing half."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from osint.demo.profiles import write_profiles
from osint.demo.server import DemoServer
from storage.store import Store

SOURCE = "demo-shop"
ROUNDS = 6


@pytest.fixture
def world():
    with DemoServer() as server:
        yield server


def environment(home, world):
    write_profiles(home / "sites", world.port)
    return dict(os.environ, OSINT_HOME=str(home), OSINT_ALLOW_HOSTS=json.dumps(world.hosts))


def crawl(env):
    code = "from osint.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "crawl", SOURCE, "--json"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def captured(home):
    """URL → number of answers kept for it, robots.txt (asked again by every process) left out."""
    store = Store.open(home)
    try:
        rows = store.captures.of(source=SOURCE)
        findings = store.captures.verify()
    finally:
        store.close()
    assert not findings, findings
    return Counter(one.url for one in rows if not one.url.endswith("/robots.txt")), rows


def test_killed_at_any_moment_it_goes_on(tmp_path, world):
    whole, _ = tmp_path / "whole", None
    whole.mkdir()
    done = crawl(environment(whole, world))
    out, err = done.communicate(timeout=240)
    assert done.returncode == 0, err + out
    wanted, _ = captured(whole)
    assert len(wanted) > 20

    home = tmp_path / "killed"
    home.mkdir()
    env = environment(home, world)
    rng = random.Random(7)
    kills = 0
    for _ in range(ROUNDS):
        running = crawl(env)
        began = time.monotonic()
        while not list((home / "warc").rglob("*.open")) and running.poll() is None and time.monotonic() - began < 60:
            time.sleep(0.02)  # until something is being kept
        time.sleep(rng.uniform(0.0, 0.8))
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
            kills += 1
        running.communicate(timeout=60)
    assert kills >= 2, "the crawl was over before it could be killed: nothing was tested"
    last = crawl(env)
    out, err = last.communicate(timeout=240)
    assert last.returncode == 0, err + out
    got, rows = captured(home)
    assert set(got) == set(wanted), "lost or invented"
    doubled = {url: count for url, count in got.items() if count > wanted[url]}
    assert not doubled, doubled
    assert len({one.run for one in rows}) == 1, "one run, gone on with, not several"

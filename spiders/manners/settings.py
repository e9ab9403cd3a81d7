"""Settings of every crawl, and why they differ from Scrapy's own. Profiles set pace and agent; the operator the last
part."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

try:
    _VERSION = version("wildlife-osint")
except PackageNotFoundError:  # a bare checkout
    _VERSION = "0"

PRODUCT = "wildlife-osint"
"""What robots.txt may address us by."""


def user_agent(contact: str) -> str:
    """Names the product and whom to write to. Nothing is disguised."""
    return f"{PRODUCT}/{_VERSION} (+{contact})" if contact else f"{PRODUCT}/{_VERSION}"


BOT_NAME = PRODUCT
SPIDER_MODULES: list[str] = []
SPIDER_LOADER_CLASS = "spiders.loader.ProfileLoader"

# Doors that are open as Scrapy comes: RemoteControl runs Python posted to a loopback port, Telnet likewise.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

# Who we are and what we may
USER_AGENT = user_agent("")
ROBOTSTXT_USER_AGENT = PRODUCT
ROBOTSTXT_OBEY = False  # Scrapy's takes a 503 for consent; manners/robots.py stands in its place
DOWNLOAD_VERIFY_CERTIFICATES = True  # off as Scrapy comes: evidence from an impostor is none
COOKIES_ENABLED = False  # and with it no call to publicsuffix.org, which the first cookie would cause
REFERER_ENABLED = False  # a search for ivory is nobody's business
HTTPPROXY_ENABLED = False  # behind a proxy nobody could check the address connected to
METAREFRESH_ENABLED = False  # decodes every page whole; spiders/links.py reads it from the tree
HTTPERROR_ALLOW_ALL = True  # gone, forbidden and failing pages are findings, not exceptions

# Pace: bounded here, timed in manners/pace.py, since Scrapy's delay knows neither other spiders nor registered domains
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = False
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
RETRY_ENABLED = False  # manners/backoff.py: Retry-After, growing waits, and an end
RETRY_TIMES = 2
BACKOFF_SECONDS = 2.0
BACKOFF_FAILURES = 8
BACKOFF_LONGEST = 300.0
REDIRECT_MAX_TIMES = 8

# Bounds on what an answer may cost
DOWNLOAD_TIMEOUT = 30  # seconds for the whole answer, so that a slow drip ends too
ROBOTS_TIMEOUT = 20
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # as sent and once unpacked: a 1-MB gzip took 2.1 GB without it
DOWNLOAD_WARNSIZE = 0
CONCURRENT_ITEMS = 8  # 100 tasks and a queue are made per answer, whatever it yields: 208,026 tasks for 2,000 pages
MEMUSAGE_LIMIT_MB = 2048
LOG_LEVEL = "INFO"
LOGSTATS_INTERVAL = 0.0
STATS_DUMP = False

# The captures are the frontier's truth, so nothing of it is kept on disk: JOBDIR lost 4,192 of 5,000 pages after a kill
JOBDIR = None
# Newest first would dive; what is asked for is ordered by role (kinds/site.py) and else first come, first served
SCHEDULER_PRIORITY_QUEUE = "scrapy.pqueues.DownloaderAwarePriorityQueue"
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"

DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "spiders.manners.fetch.Fetch",
    "https": "spiders.manners.fetch.Fetch",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "spiders.manners.gate.Gate": 10,
    "spiders.manners.record.Replay": 50,
    "spiders.manners.robots.Robots": 100,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "spiders.manners.backoff.Backoff": 550,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "spiders.manners.unpack.Unpack": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "spiders.manners.redirect.Redirect": 600,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "spiders.manners.record.Recording": 960,
}
SPIDER_MIDDLEWARES: dict[str, int | None] = {  # depth, length and status are looked at in kinds/site.py, with reasons
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
EXTENSIONS = {"spiders.manners.progress.Progress": 0}

# The operator's: which class keeps the evidence, who we are, where profiles are, what may be internal
RECORDER: Any = None
PROGRESS = False
CONTACT = ""
SITES: list[str] = []
PACE_FOLDER = ""
MAX_PAGES = 0
RESOLVE: dict[str, str] = {}
ALLOW_HOSTS: list[str] = []
CHROMIUM = ""
SCREENSHOTS = True

"""Why something was not fetched: a closed vocabulary, each word with a sentence for people."""

from __future__ import annotations

REASONS: dict[str, str] = {
    # what the address is
    "scheme": "Only http and https addresses are fetched.",
    "address": "The address is malformed or written to mislead (backslash, control character, password in it).",
    "port": "The port belongs to another service than the web.",
    "internal": "The address leads into a private, local or metadata network.",
    "offsite": "The address is not on a site that this source may fetch.",
    # what the site asked for
    "robots": "The site's robots.txt forbids it.",
    "robots-unavailable": "The site's robots.txt could not be read (server error or no answer), which means no.",
    # traps and limits
    "long-address": "The address is longer than any honest one.",
    "loop": "The address repeats itself, or the redirects do.",
    "calendar": "A calendar that has a page for every day there ever was.",
    "filters": "Too many combinations of filters on one page.",
    "depth": "Too many links away from where the source starts.",
    "page-limit": "The run's limit of pages for this source is reached.",
    "results-limit": "The limit of result pages from one start is reached.",
    "old": "The feed or sitemap dates it before the period that is wanted.",
    # what came back
    "dns": "The host name could not be resolved.",
    "refused": "No connection could be made.",
    "tls": "The site's certificate is not valid for it.",
    "timeout": "The answer did not come, or not in full, within the time allowed.",
    "cut": "The connection broke off in the middle of the answer.",
    "too-large": "The answer is larger than allowed, as sent or once unpacked.",
    "protocol": "The answer is not valid HTTP, or its headers flood.",
    "server-error": "The server answered with an error, again after retries.",
    "too-many-requests": "The site asked us to slow down, again after we did.",
    "not-a-feed": "The feed or sitemap is not one that can be read.",
    # ourselves
    "no-browser": "The page needs a browser, and none could be used.",
    "browser-failed": "The browser could not render the page.",
    "paused": "The source was paused before this could be fetched.",
    "stopped": "The run was ended before this could be fetched.",
    "failed": "An error of ours; the log has it.",
}

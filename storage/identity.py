"""What makes two captures show the same listing: the id its site gives it, else its address without what varies."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from storage.hashing import key_text

# Parameters that say how a visitor came, never what is shown: names that no shop uses for content ("ref", "source" and
# "id" are not here). Doubt: a site may use any name for anything; then it should give an external id.
TRACKING = re.compile(
    r"(utm_\w*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|_ga|_gl"
    r"|_hsenc|_hsmi|mkt_tok|oly_anon_id|oly_enc_id|vero_id|rb_clickid|s_cid|wickedid|srsltid|zanpid|phpsessid|jsessionid"
    r"|sessionid|spm|scm|_trkparms|_trksid|mkcid|mkrid|mkevt|campid|toolid)",
    re.IGNORECASE,
)
SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
PORTS = {"http": ":80", "https": ":443"}


def listing_id(source: str, external_id: str, url: str) -> str:
    """The stable id of a listing: from source and external id, or canonical URL where the site gives no id."""
    if external_id.strip():
        return key_text("listing", source, "id", external_id.strip())
    return key_text("listing", source, "url", canonical_url(url))


def text_id(source: str, url: str) -> str:
    """The stable id of an article or document."""
    return key_text("text", source, canonical_url(url))


def canonical_url(url: str) -> str:
    """The address with scheme and host in lower case, without default port, fragment, session and tracking parameters.

    Path and other parameters stay as they are, in their order: they may matter. A fragment that is a place of its own
    (`#!/...`, `#/...`, `#post-12`) stays. Anything that is no URL is answered as it came, trimmed.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = _host(parts)
    except ValueError:
        return url
    if not parts.scheme or not parts.netloc:
        return url
    kept = [pair for pair in parts.query.split("&") if pair and not TRACKING.fullmatch(pair.partition("=")[0])]
    fragment = parts.fragment if re.match(r"!|/|post-\d", parts.fragment) else ""
    path = SESSION.sub("", parts.path) or "/"
    return urlunsplit((parts.scheme.lower(), host, path, "&".join(kept), fragment))


def _host(parts: SplitResult) -> str:
    user, _, host = parts.netloc.rpartition("@")
    host = host.lower().removesuffix(PORTS.get(parts.scheme.lower(), ":")).rstrip(".")
    return f"{user}@{host}" if user else host

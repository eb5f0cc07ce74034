"""What a browser may run: ``python -m tests.deploy.policy`` writes it into the proxies' examples.

Each script within a page is allowed by its hash, so that no other one runs: a text of others that
slipped through as markup would do nothing. They are the same text for every visitor.
"""

import base64
import hashlib
import re
from pathlib import Path

import streamlit

from nami_monitor.i18n import LANGS
from nami_monitor.ui import browser, doors, theme

DEPLOY = Path(__file__).parents[2] / "deploy"
PROXIES = (DEPLOY / "nginx.conf", DEPLOY / "haproxy.cfg")
SHELL = Path(streamlit.__file__).parent / "static" / "index.html"
WITHIN = re.compile(r"<script>(.*?)</script>", re.DOTALL)
STATED = re.compile(r'(Content-Security-Policy) "[^"]*"')


def scripts():
    """The texts that run within a page: Streamlit's and ours, in every language."""
    pages = [SHELL.read_text("utf-8"), *map(theme.script, LANGS), doors.FOLLOW, browser.SET]
    return [
        text for page in pages for text in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]


def hash_of(script):
    """A script as a policy names it."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def policy():
    """The whole header; ``blob:`` is how Streamlit loads its components and workers."""
    allowed = " ".join(sorted(set(map(hash_of, scripts()))))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {allowed}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def with_policy(text):
    """An example with the policy as it is now."""
    return STATED.sub(lambda found: f'{found[1]} "{policy()}"', text)


def main():
    """Write the examples anew."""
    for file in PROXIES:
        file.write_text(with_policy(file.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()

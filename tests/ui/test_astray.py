"""An upload that reached a process which does not know its visit."""

import asyncio
import json

import pytest

from nami_monitor.i18n import LANGS, text
from nami_monitor.ui import served, theme

UPLOAD = "/_stcore/upload_file/visit/file"


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [(UPLOAD, 400, True), (f"/below{UPLOAD}", 400, True), (UPLOAD, 204, False), ("/", 400, False)],
)
def test_the_log_says_so_and_the_answer_stays(path, status, told, caplog):
    answered = []

    async def send(message):
        answered.append(message)

    message = {"type": "http.response.start", "status": status, "headers": []}
    asyncio.run(served._noticing(path, send)(message))
    assert answered == [message]
    assert (text("service.astray", "en") in caplog.messages) == told


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_says_so_in_every_language(lang):
    pair = (theme.ASTRAY, text("service.astray", lang))
    assert pair in theme.replacements(lang)
    assert json.dumps(pair[1], ensure_ascii=False) in theme.script(lang)

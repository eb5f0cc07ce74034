"""Markup of a dozen kinds, as it may stand in any cell; each piece begins and ends with a mark."""

import io
import re
import zipfile
from html.parser import HTMLParser
from urllib.parse import urlsplit

from nami_monitor.core import escapes

BEGIN, END = "zqb", "zqe"
OUTSIDE = "evil.example"
PIECES = {
    "picture": f"![x](http://{OUTSIDE}/a.png)",
    "link": f"[klik hier](http://{OUTSIDE}/b)",
    "address": f"http://{OUTSIDE}/c en www.{OUTSIDE} en a@{OUTSIDE}",
    "address in brackets": f"<http://{OUTSIDE}/d>",
    "tag": f"<img src=http://{OUTSIDE}/e.png onerror=alert(1)>",
    "script": f'"><script src="//{OUTSIDE}/f.js"></script>',
    "style": f"<style>@import url(//{OUTSIDE}/g.css)</style>",
    "directive": ":red[rood] :small[x] :material/home: :smile: :streamlit:",
    "formula": "$x^2$ en $$y$$ en =1+1",
    "heading": "# kop ## kop",
    "table": "| a | b | *vet* _schuin_ ~~door~~ `code`",
    "fence": "``` ~~~ code",
    "typst": f'#import "x.typ" #image("http://{OUTSIDE}/h.png") @ref $x$',
    "expression": '"]+(datum.x)+[" \' {expr}',
    "terminal": "\x1b[31mrood\x1b]0;titel\x07\x9b2J",
    "direction": "abc\u202efdp.exe\u2066x\u2069\u200b",
    "arrows": "a -> b -- c <-> d >= e",
}

ACTIVE = re.compile(
    r"(?<!\\)(?:\\\\)*[\[\]<>*_`$~|]|https?://|www\.\w|@\w|(?<!\\):[a-z]|:[\w+-]+:|:material/"
    r"|(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?:\s|$)"
)
"""What Streamlit would make something of."""
CODE_SPAN = re.compile(r"(?<!\\)`[^`\n]*`")
HIDDEN = re.compile(f"[{escapes.HIDDEN}]")


def planted(kind):
    """One piece of markup with its marks."""
    return f"{BEGIN}{PIECES[kind]}{END}"


def left_active(rendered):
    """Pieces in a Markdown text that are not escaped."""
    pieces = CODE_SPAN.sub("", rendered).split(BEGIN)[1:]
    inner = [piece.partition(END)[0] for piece in pieces]
    return [piece for piece in inner if ACTIVE.search(piece)]


def hidden_signs(shown):
    """Signs without shape, or that turn the direction, in what is shown."""
    return HIDDEN.findall(shown.replace(escapes.JOINER, ""))


DOES_SOMETHING = re.compile(
    r"<f[ >]|<hyperlink|TargetMode|<ddeLink|<oleLink|<externalReference|<connection|<webPr"
    r"|hlinkClick|hlinkHover|macro=\"[^\"]|relationships/(image|hyperlink|oleObject|control)"
)
"""What lets a workbook compute, lead elsewhere or fetch."""
PARTS_THAT_DO = re.compile(
    r"externalLinks|connections|queryTables|vbaProject|customXml|embeddings|activeX"
)


def does_something(workbook):
    """The parts of an xlsx file (bytes) with a formula, a link or a reference to outside."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        return [
            name
            for name in package.namelist()
            if PARTS_THAT_DO.search(name) or DOES_SOMETHING.search(package.read(name).decode())
        ]


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def foreign_tags(html):
    """Tags that load, run or lead elsewhere, or that came from a text."""
    parser = _Tags()
    parser.feed(html)
    return [
        (tag, attrs)
        for tag, attrs in parser.found
        if tag in {"script", "iframe", "object", "embed", "form", "base", "meta"}
        or any(name.startswith("on") for name in attrs)
        or (tag == "style" and OUTSIDE in html.partition("<style>")[2].partition("</style>")[0])
        or any(urlsplit(attrs.get(name) or "").netloc for name in ("href", "src", "action"))
    ]

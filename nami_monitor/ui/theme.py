"""Colours, style sheet and icon, and the translation of Streamlit's own texts."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.i18n import LANGS, Lang, catalogue

ROOM: Final = Path(__file__).parent
ICON: Final = ROOM / "assets" / "icon.png"  # for page_icon: a local file, so nothing is fetched
LOGO: Final = ROOM / "assets" / "name.svg"
STYLE: Final = ROOM / "style.css"

VARIABLES: Final = {
    "ink": palette.INK,
    "link": palette.LINK,
    "second": palette.SECOND,
    "grey": palette.GREY_TEXT,
    "border": palette.BORDER,
    "body": palette.BODY,
    "surface": palette.SURFACE,
    "paper": palette.PAPER,
    "grid": palette.GRID,
    "white": palette.WHITE,
    "improvement": palette.IMPROVEMENT[0],
    "improvement-ground": palette.IMPROVEMENT[1],
    "concern": palette.CONCERN[0],
    "concern-ground": palette.CONCERN[1],
    "no-signal": palette.NO_SIGNAL[0],
    "no-signal-ground": palette.NO_SIGNAL[1],
}


@cache
def stylesheet() -> str:
    """Give the whole style sheet as a ``<style>`` element, for one ``st.html`` on every page."""
    variables = "".join(f"--nami-{name}:{colour};" for name, colour in VARIABLES.items())
    return f"<style>:root{{{variables}}}{STYLE.read_text(encoding='utf-8')}</style>"


PREFIX: Final = "shell."
ASTRAY: Final = "AxiosError: Request failed with status code 400"
"""What Streamlit writes at an upload that reached a process which does not know its visit."""

SCRIPT: Final = r"""
(() => {
  const own = ['stFileUploader', 'stElementToolbar', 'stTooltipContent', 'stStatusWidget',
    'InputInstructions', 'stMainMenuPopover', 'stDataFrameColumnMenu', 'stToast', 'stToolbar',
    'stDialog', 'stSkipToContent', 'stDateInput'].map(name => `[data-testid=${name}]`)
    .concat('.gdg-search-status', '#clip-region');
  const mixed = ['[data-testid=stSelectbox]', '[data-testid=stMultiSelect]', '[role=listbox]'];
  const plain = new Map(), made = [];
  for (const [from, to] of WORDS) {
    if (!from.includes('{')) { plain.set(from, to); continue; }
    const escaped = from.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
    const names = [...from.matchAll(/\{(\w+)\}/g)].map(found => found[1]);
    const pattern = escaped.replace(/\{(n|size|whole|part)\}/g, '([\\d.,]+)')
      .replace(/\{\w+\}/g, '(.+?)');
    made.push([new RegExp(`^${pattern}$`), names, to]);
  }
  const said = text => {
    const word = text.trim();
    if (!word) return text;
    if (plain.has(word)) return text.replace(word, plain.get(word));
    const cut = word.indexOf(': ');
    if (cut > 0 && plain.has(word.slice(0, cut)))
      return plain.get(word.slice(0, cut)) + word.slice(cut);
    for (const [pattern, names, to] of made) {
      const found = pattern.exec(word);
      if (found) return to.replace(/\{(\w+)\}/g, (_, name) => found[names.indexOf(name) + 1]);
    }
    return text;
  };
  const texts = (selectors, wanted) => {
    for (const root of document.querySelectorAll(selectors.join())) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const now = wanted(node.nodeValue) ? said(node.nodeValue) : node.nodeValue;
        if (now !== node.nodeValue) node.nodeValue = now;
      }
    }
  };
  const all = () => {
    texts(own, () => true);
    texts(mixed, text => text.trim().includes(' '));
    for (const name of ['aria-label', 'placeholder', 'title']) {
      for (const part of document.querySelectorAll(`[${name}]`)) {
        const before = part.getAttribute(name), now = said(before);
        if (now !== before) part.setAttribute(name, now);
      }
    }
  };
  document.documentElement.lang = LANG;
  window.namiWords?.disconnect();
  window.namiWords = new MutationObserver(all);
  window.namiWords.observe(document.body, {
    subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ['aria-label', 'placeholder', 'title'],
  });
  all();
})();
"""


@cache
def script(lang: Lang) -> str:
    """The element that gives a page its language, for one ``st.html`` on every page."""
    words = json.dumps(replacements(lang), ensure_ascii=False).replace("<", "\\u003c")
    filled = SCRIPT.replace("WORDS", words, 1).replace("LANG", json.dumps(lang), 1)
    return f"<script>{filled}</script>"


def replacements(lang: Lang) -> list[tuple[str, str]]:
    """Pairs of texts: Streamlit's words in every other language, and those in this one."""
    to = catalogue(lang)
    names = [key.removeprefix(PREFIX) for key in to if key.startswith(PREFIX)]
    return [
        (ASTRAY, to["service.astray"]),
        *(
            (catalogue(other)[f"shell.{name}"], to[f"shell.{name}"])
            for other in LANGS
            if other != lang
            for name in names
        ),
    ]

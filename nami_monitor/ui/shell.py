"""Words of Streamlit's own parts in the language of the page; Streamlit knows English only.

A script replaces them as they appear, in text and in what screen readers hear. The English
catalogue bears them as Streamlit writes them, so a word that Streamlit changes stays English and
breaks nothing. Only texts of Streamlit's own parts are touched, never what stands on the page by
itself; where those parts also hold somebody's data, such as a list to choose from, only sentences.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from nami_monitor.i18n import LANGS, Lang, catalogue

PREFIX: Final = "shell."

SCRIPT: Final = r"""
(() => {
  const own = ['stFileUploader', 'stElementToolbar', 'stTooltipContent', 'stStatusWidget',
    'InputInstructions', 'stMainMenuPopover', 'stDataFrameColumnMenu', 'stToast', 'stToolbar',
    'stDialog', 'stSkipToContent'].map(name => `[data-testid=${name}]`)
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
  const mend = () => {  // sections of the navigation stand in its list as no list may hold them
    const list = '[data-testid=stSidebarNavItems]';
    for (const part of document.querySelectorAll(`${list}:has(> div), ${list} > div > li`))
      if (part.getAttribute('role') !== 'none') part.setAttribute('role', 'none');
  };
  document.documentElement.lang = LANG;
  window.namiWords?.disconnect();
  window.namiWords = new MutationObserver(() => { all(); mend(); });
  window.namiWords.observe(document.body, {
    subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ['aria-label', 'placeholder', 'title'],
  });
  all();
  mend();
})();
"""


@cache
def script(lang: Lang) -> str:
    """The element that gives a page its language, for one ``st.html`` on every page."""
    words = json.dumps(replacements(lang), ensure_ascii=False).replace("<", "\\u003c")
    filled = SCRIPT.replace("WORDS", words, 1).replace("LANG", json.dumps(lang), 1)
    return f"<script>{filled}</script>"


def replacements(lang: Lang) -> list[tuple[str, str]]:
    """What to replace by what: the words of every other language by those of this one."""
    to = catalogue(lang)
    names = [key.removeprefix(PREFIX) for key in to if key.startswith(PREFIX)]
    return [
        (catalogue(other)[f"shell.{name}"], to[f"shell.{name}"])
        for other in LANGS
        if other != lang
        for name in names
    ]

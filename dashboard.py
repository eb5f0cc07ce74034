"""Entry for ``streamlit run``: the server imports this file once, and every visit runs it.

The server takes the app from it, which prepares the first page while a browser is still loading. A
visit runs the screen: page config, navigation, language and the choice of data.
"""

from typing import TYPE_CHECKING

import streamlit as st

from nami_monitor.ui import preload

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

PAGES = {
    "pages/overview.py": (":material/dashboard:", "overview", "month"),
    "pages/trends.py": (":material/trending_up:", "trends", "month"),
    "pages/bridge.py": (":material/waterfall_chart:", "bridge", "month"),
    "pages/waterbed.py": (":material/waves:", "waterbed", "month"),
    "pages/presentation.py": (":material/slideshow:", "presentation", "month"),
    "pages/assets.py": (":material/inventory_2:", "assets", "registers"),
    "pages/requests.py": (":material/assignment:", "requests", "registers"),
    "pages/contracts.py": (":material/contract:", "contracts", "registers"),
    "pages/targets.py": (":material/flag:", "targets", "registers"),
    "pages/kit.py": (":material/lightbulb:", "kit", "evidence"),
    "pages/conclusions.py": (":material/diversity_3:", "conclusions", "evidence"),
    "pages/case.py": (":material/school:", "case", "evidence"),
    "pages/measurability.py": (":material/rule:", "measurability", "evidence"),
    "pages/trace.py": (":material/account_tree:", "trace", "evidence"),
    "pages/handbook.py": (":material/menu_book:", "handbook", "evidence"),
    "pages/data.py": (":material/upload_file:", "data", "data"),
    "pages/about.py": (":material/info:", "about", "data"),
}
# Each page's icon, name in the address, and section of the navigation ("nav" in the catalogue).
# Sections stand in the order in which they first occur: month, registers, evidence, data.


def show() -> None:
    """Show what a visitor chose."""
    from nami_monitor.i18n import LANGS  # noqa: PLC0415 - loaded ahead, while the server starts
    from nami_monitor.ui import app, start, theme  # noqa: PLC0415 - likewise

    st.set_page_config(page_title="NAMI monitor", page_icon=str(theme.ICON), layout="wide")
    session = app.current()

    with st.sidebar:
        st.radio(
            "Taal / Language",
            LANGS,
            key="language_choice",
            index=LANGS.index(session.lang),
            format_func=lambda lang: {"nl": "Nederlands", "en": "English"}[lang],
            horizontal=True,
            on_change=app.choose_language,
        )
        st.radio(
            session.t("app.data.label"),
            (app.DEMO, app.OWN),
            key="data_choice",
            index=(app.DEMO, app.OWN).index(app.data()),
            format_func=lambda which: session.t(f"app.data.{which}"),
            on_change=app.choose_data,
        )

    pages = {
        name: st.Page(
            file, title=session.t(f"{name}.nav"), icon=icon, url_path=name, default=not index
        )
        for index, (file, (icon, name, _)) in enumerate(PAGES.items())
    }
    sections: dict[str, list[StreamlitPage]] = {}
    for _, name, section in PAGES.values():
        sections.setdefault(session.t(f"nav.{section}"), []).append(pages[name])
    chosen = st.navigation(sections, expanded=True)
    wanted = app.wanted_page()
    if wanted in pages and pages[wanted] is not chosen:
        st.switch_page(pages[wanted], query_params=dict(st.query_params))
    if start.wait_for_demo(session):
        with app.busy(session):
            app.guarded(session, chosen.run)


if __name__ == "__main__":
    preload.wait()
    show()
else:
    served = st.App(
        __file__, lifespan=preload.while_serving, on_script_error=preload.say_what_broke
    )

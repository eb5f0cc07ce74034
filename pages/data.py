import streamlit as st

from nami_monitor.ui import app, filters
from nami_monitor.ui.pages.data import backup, batches, codes, completeness, set_aside, upload

PARTS = {
    "upload": upload.part,
    "set_aside": set_aside.part,
    "batches": batches.part,
    "completeness": completeness.part,
    "codes": codes.part,
    "backup": backup.part,
}

session = app.page("data.title", mend=backup.part)
if session.demo:
    st.caption(session.t("data.demo"))
chosen = filters.part_chosen(
    session.t("data.parts.label"), list(PARTS), lambda name: session.t(f"data.parts.{name}")
)
app.guarded(session, lambda: PARTS[chosen](session))

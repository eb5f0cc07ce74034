import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.data import batches, codes, completeness, labels, set_aside, state, upload

PARTS = {
    "upload": upload.part,
    "set_aside": set_aside.part,
    "batches": batches.part,
    "completeness": completeness.part,
    "codes": codes.part,
}

session = app.page("data.title")
if session.demo:
    st.caption(session.t("data.demo"))
chosen = state.part_chosen(
    session.t("data.parts.label"), list(PARTS), lambda name: session.t(f"data.parts.{name}")
)
said = state.take_note()
if said:
    st.success(said)
labels.guarded(session, lambda: PARTS[chosen](session))

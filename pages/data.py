import streamlit as st

from nami_monitor.ui import app, doors
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
app.guarded(session, lambda: PARTS[doors.part_shown("data")](session))

import streamlit as st

from nami_monitor.ui import app, doors
from nami_monitor.ui.pages.data import (
    backup,
    batches,
    codes,
    completeness,
    set_aside,
    trail,
    upload,
)

PARTS = {
    "upload": upload.part,
    "set_aside": set_aside.part,
    "batches": batches.part,
    "completeness": completeness.part,
    "codes": codes.part,
    "trail": trail.part,
    "backup": backup.part,
}

shown = doors.part_shown("data")
headed = shown == "upload" and upload.headed(app.data() == app.DEMO)
session = app.page("data.title", mend=backup.part, headed=headed)
if session.demo:
    st.caption(session.t("data.demo"))
app.guarded(session, lambda: PARTS[shown](session))

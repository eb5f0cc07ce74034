import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.ui import app, doors, visitor
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
refused = visitor.refused_part(app.current(), shown)
headed = shown == "upload" and not refused and upload.headed(app.data() == app.DEMO)
mend = backup.part if visitor.may(Role.MANAGE) else None
session = app.page("data.title", mend=mend, headed=headed)
if refused:
    st.info(session.t(refused))
    st.stop()
if session.demo:
    st.caption(session.t("data.demo"))
app.guarded(session, lambda: PARTS[shown](session))

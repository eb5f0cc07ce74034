from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import conclusions

session = app.page("conclusions.title")
conclusions.intro(session)
if not app.empty(session):
    with filters.line():
        month = filters.as_of(session)
    shown = conclusions.views(session, month)
    conclusions.disciplines(session, shown)
    conclusions.market(session, shown)
    conclusions.ambition(session, shown)
    conclusions.budgets(session, shown)
    conclusions.unknowingly(session, shown)

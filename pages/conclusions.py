from nami_monitor.ui import app, conclusions

session = app.page("conclusions.title")
conclusions.intro(session)
if not app.empty(session):
    found = conclusions.found(session)
    conclusions.disciplines(session, found)
    conclusions.market(session, found)
    conclusions.ambition(session, found)
    conclusions.budgets(session, found)
    conclusions.unknowingly(session, found)

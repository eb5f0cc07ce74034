from nami_monitor.ui import app, case

session = app.page("case.title")
chosen = case.choose(session)
case.context(session, chosen)
case.figures(session, chosen)
case.doubtful(session, chosen)
case.lessons(session, chosen)

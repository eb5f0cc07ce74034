from nami_monitor.ui import app
from nami_monitor.ui.pages import case, kit

session = app.page("case.title")
chosen = case.choose(session)
case.context(session, chosen)
case.figures(session, chosen)
case.doubtful(session, chosen)
case.lessons(session, chosen)
kit.signalled(session, kit.of_case(chosen.number))

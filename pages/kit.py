from nami_monitor.ui import app
from nami_monitor.ui.pages import kit

session = app.page("kit.title")
kit.intro(session)
asked = kit.ask_query(session)
kit.case(session, asked)
kit.lessons(session, asked)
kit.signalled(session, asked)

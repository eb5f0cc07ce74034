"""Every KPI, by code. A new one is declared in one of these files and found here by itself."""

from types import ModuleType

from nami_monitor.kpis.catalogue import impact, reduce, refuse, rethink, shown, steer
from nami_monitor.kpis.declare import Kpi


def _declared(*modules: ModuleType) -> dict[str, Kpi]:
    found: dict[str, Kpi] = {}
    for module in modules:
        for kpi in vars(module).values():
            if isinstance(kpi, Kpi):
                if kpi.code in found:
                    raise ValueError(kpi.code)
                found[kpi.code] = kpi
    return found


CATALOGUE: dict[str, Kpi] = _declared(refuse, rethink, reduce, impact, steer)
steer.TARGETED.update(CATALOGUE)

TRACED: dict[str, Kpi] = CATALOGUE | _declared(shown)
"""Every figure that can be traced: the KPIs, and the sums that stand beside them on a page."""

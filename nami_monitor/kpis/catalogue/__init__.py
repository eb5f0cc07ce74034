"""Every KPI, by code. A new one is declared in one of these files and found here by itself."""

from collections import Counter
from types import ModuleType

from nami_monitor.kpis.catalogue import impact, reduce, refuse, rethink, shown, steer
from nami_monitor.kpis.declare import Kpi


def _declared(*modules: ModuleType) -> dict[str, Kpi]:
    kpis = [kpi for module in modules for kpi in vars(module).values() if isinstance(kpi, Kpi)]
    (code, times), *_ = Counter(kpi.code for kpi in kpis).most_common(1)
    if times > 1:
        raise ValueError(code)
    return {kpi.code: kpi for kpi in kpis}


CATALOGUE: dict[str, Kpi] = _declared(refuse, rethink, reduce, impact, steer)
steer.TARGETED.update(CATALOGUE)

TRACED: dict[str, Kpi] = CATALOGUE | _declared(shown)
"""Every figure that can be traced: the KPIs, and the sums that stand beside them on a page."""

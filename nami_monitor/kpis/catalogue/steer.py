"""Steering: is the year, the contract and the target on course?"""

from datetime import date
from functools import partial

from nami_monitor.core.words import Direction, Strategy, Unit
from nami_monitor.kpis.catalogue import reduce
from nami_monitor.kpis.catalogue.parts import (
    AMOUNTS_KNOWN,
    OF_SUBJECTS,
    SILENCE_COUNTS,
    WHOLE_YEARS,
    answered,
    measured,
    units,
)
from nami_monitor.kpis.declare import Change, Known, Kpi
from nami_monitor.kpis.over_time.added_up import LAST, RATIO_OF_SUMS
from nami_monitor.kpis.over_time.hidden_reductions import HiddenReductions
from nami_monitor.kpis.over_time.target_attainment import TargetAttainment
from nami_monitor.kpis.questions import OF_ORDERS

steer_kpi = partial(Kpi, strategy=Strategy.STEER)
share_kpi = partial(steer_kpi, unit=Unit.PERCENT, over_time=RATIO_OF_SUMS)
plan_kpi = partial(share_kpi, reads=("by_unit",), over_time=LAST)
initiative_kpi = partial(share_kpi, better=Direction.UP, reads=("by_initiative",))

TARGETED: dict[str, Kpi] = {}
"""The KPIs for which targets can be stated: those of the whole catalogue, which fills it."""

STEER_YEAR_END_SHARE = share_kpi(
    code="steer_year_end_share",
    better=Direction.DOWN,
    reads=OF_ORDERS,
    numerator="sum(amount_eur) filter (where month(month) = 12)",
    denominator="sum(amount_eur)",
    known=AMOUNTS_KNOWN,
    needs=("orders.amount_eur",),
    only=WHOLE_YEARS,
)

STEER_CONTRACT_WINDOW = steer_kpi(
    code="steer_contract_window",
    better=Direction.NEUTRAL,
    unit=Unit.COUNT,
    reads=("by_contract",),
    over_time=LAST,
    numerator="sum(to_prepare)",
    needs=("contracts.ends_on", "contracts.option_dates", "contracts.notice_months"),
)

STEER_TARGET_ATTAINMENT = share_kpi(
    code="steer_target_attainment",
    better=Direction.UP,
    reads=("by_place",),
    over_time=TargetAttainment(kpis=TARGETED),
    numerator="count(*)",
    needs=("targets.kpi", "targets.value"),
    history=(Change(2, date(2026, 12, 1)),),
)

STEER_PROGRAMME_PROGRESS = plan_kpi(
    code="steer_programme_progress",
    better=Direction.UP,
    numerator=units("status = 'done'"),
    denominator="sum(cap)",
    needs=("programmes.cap", "programme_units.status"),
    beyond=True,
)

STEER_NON_RESPONSE = plan_kpi(
    code="steer_non_response",
    better=Direction.DOWN,
    numerator=units("status = 'no_response'"),
    denominator=units("status <> 'planned'"),
    needs=("programmes.programme", "programme_units.status"),
)

STEER_DISCIPLINES_PRESENT = initiative_kpi(
    code="steer_disciplines_present",
    numerator="sum(roles_present)",
    denominator="sum(roles_wanted)",
    known=Known(
        "sum(with_roles) / nullif(sum(initiatives), 0)",
        ("interventions.disciplines", "categories.roles"),
    ),
    needs=("interventions.starts_on", "interventions.disciplines", "categories.roles"),
)

STEER_POLICY_LINKED_SHARE = initiative_kpi(
    code="steer_policy_linked_share",
    numerator="sum(with_policy)",
    denominator="sum(initiatives)",
    needs=("interventions.starts_on", "interventions.policy"),
)

STEER_VOLUME_SHARE = share_kpi(
    code="steer_volume_share",
    better=Direction.NEUTRAL,
    reads=("by_project",),
    numerator=measured("own_volume"),
    denominator=measured("joint_volume"),
    known=answered("own_volume", "joint_volume"),
    needs=OF_SUBJECTS[:2],
    history=SILENCE_COUNTS,
)

AHA_REDUCTIONS = steer_kpi(
    code="aha_reductions",
    better=Direction.NEUTRAL,
    unit=Unit.COUNT,
    reads=("by_product", "order_lines"),
    over_time=HiddenReductions(volume=reduce.REDUCE_VOLUME_PER_ACTIVITY),
    history=(Change(2, date(2026, 12, 1)),),
    numerator="count(distinct fallen)",
    needs=("orders.quantity",),
)

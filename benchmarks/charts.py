"""What a chart costs: loading Altair, compiling its form once, and filling it in each time."""

from dataclasses import replace

from table import Row, show, taken

from nami_monitor.charts.legend import legend_signs
from nami_monitor.charts.trend import trend_spec
from nami_monitor.charts.trend_data import InterventionMark, Trend
from nami_monitor.charts.trend_lanes import LARGE, SMALL, TrendForm
from nami_monitor.core.periods import add_months

TIMES = 200


def compile_all() -> None:
    """Load Altair and compile every form."""
    from nami_monitor.charts.grammar import FORMS, compiled  # noqa: PLC0415 - what is measured

    for form in FORMS:
        compiled(form)


def main() -> None:
    """Measure and print."""
    rows = [Row("every form, once for a process", taken(compile_all), "0.9 s")]
    made = dict(legend_signs("nl"))
    whole: Trend = replace(
        made["expected"],
        marks=tuple(
            InterventionMark(add_months(made["expected"].months[0], k % 24), f"Maatregel {k}")
            for k in range(40)
        ),
        targets=made["target"].targets,
    )
    for name, trend, form in (
        ("a trend of two years, large", made["target"], LARGE),
        ("the same, small", made["target"], SMALL),
        ("with forty measures", whole, LARGE),
    ):
        many = taken(lambda trend=trend, form=form: fill(trend, form))
        rows.append(Row(f"{TIMES} times {name}", many))
    show("Charts", rows)


def fill(trend: Trend, form: TrendForm) -> None:
    """Fill a trend in, as often as is measured."""
    for _ in range(TIMES):
        trend_spec(trend, "nl", form)


if __name__ == "__main__":
    main()

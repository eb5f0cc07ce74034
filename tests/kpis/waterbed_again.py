"""What interventions saved, worked out a second time: from the rows, in plain loops.

The method is the one that docs/waterbed.md describes, without untouched groups: relative series,
their departure from the weighted mean of the other controls, noise by size (Ferman and Pinto 2019),
and Fieller's interval.
"""

import math
import statistics

from scipy.stats import t as student

GAP = 1


def departures(series, treated, before):
    """Level, departure and weight of each location in one channel."""
    level = {k: statistics.fmean(v[: before - GAP]) for k, v in series.items()}
    change = {k: statistics.fmean(v[before:]) / level[k] - 1 for k, v in series.items()}
    controls = [k for k in series if k not in treated]
    root = {k: math.sqrt(level[k]) for k in controls}
    found = {}
    for k in series:
        others = [j for j in controls if j != k]
        mean = sum(root[j] * change[j] for j in others) / sum(root[j] for j in others)
        found[k] = change[k] - mean
    weight = {k: root[k] / sum(root.values()) for k in controls}
    return level, found, weight


def fit(squares, levels):
    """``a`` and ``b`` of a + b / level, by three passes over three closed fits."""
    weights = [1.0] * len(levels)
    a = b = 0.0
    for _ in range(3):
        s0 = sum(weights)
        s1 = sum(w / m for w, m in zip(weights, levels, strict=True))
        s2 = sum(w / m**2 for w, m in zip(weights, levels, strict=True))
        t0 = sum(w * y for w, y in zip(weights, squares, strict=True))
        t1 = sum(w * y / m for w, y, m in zip(weights, squares, levels, strict=True))
        det = s0 * s2 - s1**2
        fits = [(t0 / s0, 0.0), (0.0, t1 / s2), ((s2 * t0 - s1 * t1) / det,
                                                (s0 * t1 - s1 * t0) / det)]  # fmt: skip
        left = [
            (sum(w * (y - x - z / m) ** 2
                 for w, y, m in zip(weights, squares, levels, strict=True)), x, z)
            for x, z in fits if x >= 0 and z >= 0
        ]  # fmt: skip
        _, a, b = min(left)
        weights = [1 / max(a + b / m, 1e-8) ** 2 for m in levels]
    return a, b


def quartile(values):
    """The 75th percentile, between the two nearest."""
    ordered = sorted(values)
    at = 0.75 * (len(ordered) - 1)
    low = int(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def channel(series, treated, before):
    """One channel: effect, own variances of the treated, the mean's variance, placebos, scale."""
    level, change, weight = departures(series, treated, before)
    controls = list(weight)
    a, b = fit([change[k] ** 2 for k in controls], [level[k] for k in controls])
    large = quartile([level[k] for k in controls])
    total = {k: max(a + b / min(level[k], large), 1e-8) for k in series}
    mean = 0.0
    own = dict(total)
    for _ in range(5):
        own = {k: max(total[k] - mean, 0.2 * total[k]) for k in series}
        mean = sum(weight[k] ** 2 * own[k] for k in controls)
    placebos = [change[k] / math.sqrt(total[k]) for k in controls]
    n = len(controls)
    scale = statistics.fmean(p**2 for p in placebos) * n / (n - 2)
    months = len(next(iter(series.values())))
    after = {k: statistics.fmean(series[k][before:]) for k in treated}
    expected = {k: max(after[k] - level[k] * change[k], 0.25 * level[k]) for k in treated}
    growth = max(1.0, sum(after.values()) / sum(expected.values()))
    h = before / months
    inflated = {k: own[k] * (1 - h + h * growth) for k in treated}
    return level, change, inflated, mean, placebos, scale


def effects(target, substitute, treated, before):
    """Gross, spill, their variances and covariance, per month, in units."""
    found = [channel(each, treated, before) for each in (target, substitute)]
    values, variances = [], []
    for level, change, own, mean, _, scale in found:
        values.append(sum(level[k] * change[k] for k in treated))
        size = sum(level[k] for k in treated)
        variances.append(scale * (sum(level[k] ** 2 * own[k] for k in treated) + size**2 * mean))
    (la, _, oa, ma, pa, ca), (lb, _, ob, mb, pb, cb) = found
    rho = sum(x * y for x, y in zip(pa, pb, strict=True)) / math.sqrt(
        sum(x * x for x in pa) * sum(y * y for y in pb)
    )
    rho = max(-0.99, min(0.99, rho))
    joint = sum(la[k] * lb[k] * math.sqrt(oa[k] * ob[k]) for k in treated)
    joint += sum(la[k] for k in treated) * sum(lb[k] for k in treated) * math.sqrt(ma * mb)
    return *values, *variances, rho * math.sqrt(ca * cb) * joint, len(pa)


def quotient(found):
    """Value and Fieller's limits of spill / -gross, in percent."""
    gross, spill, vg, vs, cov, n = found
    d, reach = -gross, student.ppf(0.975, n - 2)
    a = d**2 - reach**2 * vg
    b = spill * d + reach**2 * cov
    c = spill**2 - reach**2 * vs
    root = math.sqrt(b * b - a * c)
    return 100 * spill / d, 100 * (b - root) / a, 100 * (b + root) / a


def avoided(found, months):
    """What was not bought on balance in some months, with its limits."""
    gross, spill, vg, vs, cov, n = found
    net = gross + spill
    reach = student.ppf(0.975, n - 2) * math.sqrt(vg + vs + 2 * cov)
    return -months * net, -months * (net + reach), -months * (net - reach)


EXPECTED = {
    "refuse_net_avoided": 1.0,
    "refuse_net_avoided_spend": 0.5,
    "refuse_net_avoided_mass": 0.01,
    "waterbed_quotient": None,
}
"""Every KPI of interventions, with what a pen counts in it; None for the quotient, in pens too."""

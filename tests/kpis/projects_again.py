"""KPIs on projects, programmes and initiatives worked out from the rows that were loaded.

Nothing here reads the database: rows in, figures out, in plain Python. A figure is what is counted,
what it is divided by (None for a total), and which share of it is known.
"""

from nami_monitor.core.thresholds import SHADOW_PRICES

ENOUGH = 0.5
COLLECTED = ("recycling", "reuse", "composting")
POLYMERS = ("polymer", "rubber", "sbr", "tpe", "epdm")


def total(rows, key="mass_kg"):
    return sum(row[key] for row in rows if row[key] is not None)


def counting(rows):
    """Material lines that count: as built, or as designed while nothing was built."""
    return [row for row in rows if row["kind"] == "material" and row["counts"]]


def lines(rows):
    return [row for row in counting(rows) if row["impact"] is None or row["mass_kg"] is not None]


def weighed(rows):
    own = lines(rows)
    return sum(row["mass_kg"] is not None for row in own) / len(own) if own else 0.0


def stated(rows, column):
    mass = total(lines(rows))
    return total([r for r in lines(rows) if r[column] is not None]) / mass if mass else 0.0


def mass_of(*, component=None, material=None):
    def figure(rows):
        own = [r for r in lines(rows) if r["material"] in material]
        own = [r for r in own if component is None or r["component"] in component]
        return total(own), None, weighed(rows)

    return figure


def share_of(column, values, but_known=None):
    def figure(rows):
        of = [r for r in lines(rows) if r[column] is not None]
        own = [r for r in of if r[column] in values]
        return total(own), total(of) or None, weighed(rows) * stated(rows, but_known or column)

    return figure


def against_baseline(rows):
    own = [r for r in rows if r["kind"] == "material" and r["compared"]]
    base = [r for r in rows if r["kind"] == "material" and r["scenario"] == "baseline"]
    heavy = [r for r in base if r["mass_kg"] is not None]
    plain = [r for r in base if r["impact"] is None or r["mass_kg"] is not None]
    known = weighed(rows) * (len(heavy) / len(plain) if plain else 0.0)
    pairs = [r for r in own if r["scenario"] == "baseline"]
    return total(counting(own)), total(pairs) or None, known


def new_steel(rows):
    steel = [r for r in lines(rows) if r["material"] in {"steel", "staal"}]
    mass = total(steel)
    share = total([r for r in steel if r["origin"] is not None]) / mass if mass else 1.0
    return total([r for r in steel if r["origin"] == "virgin"]), None, weighed(rows) * share


def second_life(rows):
    return total([r for r in lines(rows) if r["second_life"]]), None, weighed(rows)


def second_life_share(rows):
    return second_life(rows)[0], total(lines(rows)) or None, weighed(rows)


def mki_of(row):
    if row["impact"] is None:
        return None
    if row["impact"] == "MKI":
        return row["impact_value"]
    price = SHADOW_PRICES[row["impact_set"]].get(row["impact"])
    return None if price is None else price * row["impact_value"]


def impacts(rows):
    own = [row for row in counting(rows) if row["impact"] is not None]
    return own, [row for row in own if mki_of(row) is not None]


def works(rows):
    return [row for row in rows if row["category"] == "works"]


def sets(rows):
    return {row["impact_set"] for row in impacts(rows)[1]}


def mki(rows):
    own, priced = impacts(rows)
    if len(sets(rows)) > 1:
        return None
    return sum(map(mki_of, works(priced))), None, len(priced) / len(own) if own else 0.0


def mki_a_year(rows):
    own, priced = impacts(rows)
    if len(sets(rows)) > 1 or not own or not priced:
        return None
    timed = [row for row in priced if row["lifetime_years"]]
    known = len(priced) / len(own) * len(timed) / len(priced)
    value = sum(mki_of(row) / row["lifetime_years"] for row in works(timed))
    return value, len({row["project"] for row in works(priced)}) or None, known


def mci(rows):
    """The published formula, line by line; X is a line's life against the average."""
    whole = linear = told = 0.0
    for row in lines(rows):
        mass, route = row["mass_kg"], row["end_route"]
        burnt_well = (
            route == "energy" and row["origin"] == "biobased" and row["energy_recovery_counts"]
        )
        collected = route in COLLECTED or burnt_well
        needed = [row["origin"], route, row["lifetime_years"], row["average_lifetime_years"]]
        needed += [row["feedstock_efficiency"]] if row["origin"] == "recycled" else []
        needed += [row["collected_share"]] if collected else []
        needed += [row["recycling_efficiency"]] if route == "recycling" else []
        if not mass or any(one is None for one in needed):
            continue
        told += mass
        recycled = mass if row["origin"] == "recycled" else 0.0
        virgin = mass if row["origin"] == "virgin" else 0.0
        before = recycled * (1 / row["feedstock_efficiency"] - 1) if recycled else 0.0
        caught = row["collected_share"] * mass if collected else 0.0
        after = caught * (1 - row["recycling_efficiency"]) if route == "recycling" else 0.0
        waste = mass - caught + (before + after) / 2
        whole += 2 * mass + (before - after) / 2
        linear += (virgin + waste) * 0.9 * row["average_lifetime_years"] / row["lifetime_years"]
    mass = total(lines(rows))
    return whole - linear, whole or None, weighed(rows) * (told / mass if mass else 0.0)


def measures(rows, name):
    return [row for row in rows if row["kind"] == "measure" and row["measure"] == name]


def beside(rows, name, other):
    own, others = len(measures(rows, name)), len(measures(rows, other))
    return min(1.0, own / others) if others else float(own > 0)


def per(name, other):
    def figure(rows):
        below = measures(rows, other)
        above = total(measures(rows, name), "value")
        return above, total(below, "value") if below else None, beside(rows, name, other)

    return figure


def counted(name, other):
    def figure(rows):
        own = measures(rows, name)
        subjects = len({row["project"] for row in own}) or None
        return total(own, "value"), subjects, beside(rows, name, other)

    return figure


def connections(rows):
    own = measures(rows, "new_stormwater_connections")
    return total(own, "value"), None, float(bool(own))


def footprint(rows):
    own = measures(rows, "pef_per_year")
    if len({row["method"] for row in own if row["method"]}) > 1:
        return None
    return total(own, "value"), len({row["project"] for row in own}) or None, float(bool(own))


def paper(rows):
    own = [r for r in lines(rows) if r["material"] in {"paper", "papier"}]
    below = measures(rows, "voters")
    return total(own), total(below, "value") if below else None, weighed(rows)


# Units of programmes: rows say what the plan says at the end of the period.


def units(rows, test=lambda _: True):
    return len({(r["programme"], r["unit"]) for r in rows if r["unit"] and test(r)})


def progress(rows):
    caps = {r["programme"]: r["cap"] for r in rows if r["cap"]}
    return units(rows, done), sum(caps.values()) or None, 1.0


def done(row):
    return row["status"] == "done"


def of_units(above, below=lambda _: True, known=None):
    def figure(rows):
        part = 1.0
        if known:
            of = units(rows, known[1])
            part = units(rows, known[0]) / of if of else 1.0
        return units(rows, above), units(rows, below), part

    return figure


# Initiatives: rows are interventions that start in the period.


def disciplines(rows):
    told = [r for r in rows if r["disciplines"] is not None and r["category"] == "works"]
    wanted = 2 * len(told)
    here = sum(len({"inkoop", "inhoud"} & set(r["disciplines"])) for r in told)
    return here, wanted or None, len(told) / len(rows)


def with_policy(rows):
    return sum(bool(r["policy"]) for r in rows), len(rows), 1.0


def has_outcome(row):
    return done(row) and row["outcome"] is not None


EXPECTED = {
    "refuse_deferred_share": (
        "units", of_units(lambda r: r["status"] in {"deferred", "cancelled"})
    ),
    "refuse_natural_grass_share": (
        "units",
        of_units(lambda r: done(r) and r["outcome"] == "natural_grass", has_outcome,
                 (has_outcome, done)),
    ),
    "refuse_polymer_infill": (
        "projects", mass_of(component=("infill", "instrooi"), material=POLYMERS)
    ),
    "refuse_new_stormwater": ("projects", connections),
    "refuse_goodies_per_event": ("projects", per("goodies", "events")),
    "rethink_plan_coverage": (
        "units", of_units(lambda r: done(r) and r["measured"], done, (done, lambda _: True))
    ),
    "rethink_vegetarian_share": ("projects", per("vegetarian_meals", "meals")),
    "reduce_use_per_event": ("projects", per("towels", "dryings")),
    "reduce_reused_mass_share": (
        "projects", share_of("origin", ("kept", "reused", "recycled"))
    ),
    "reduce_mass_against_baseline": ("projects", against_baseline),
    "reduce_new_steel": ("projects", new_steel),
    "reduce_printed_invitations": ("projects", counted("printed_invitations", "events")),
    "reduce_paper_per_voter": ("projects", paper),
    "impact_mki": ("projects", mki),
    "impact_mki_per_unit_year": ("projects", mki_a_year),
    "impact_pef_per_unit_year": ("projects", footprint),
    "impact_mci": ("projects", mci),
    "impact_passport_coverage": ("projects", share_of("in_passport", (True,))),
    "impact_second_life_mass": ("projects", second_life),
    "impact_second_life_share": ("projects", second_life_share),
    "impact_end_route_share": (
        "projects", share_of("end_route", ("reuse", "recycling", "composting"))
    ),
    "impact_recycled_content": ("projects", share_of("origin", ("recycled",))),
    "steer_programme_progress": ("units", progress),
    "steer_non_response": (
        "units",
        of_units(lambda r: r["status"] == "no_response", lambda r: r["status"] != "planned"),
    ),
    "steer_disciplines_present": ("initiatives", disciplines),
    "steer_policy_linked_share": ("initiatives", with_policy),
    "steer_volume_share": ("projects", per("own_volume", "joint_volume")),
}  # fmt: skip

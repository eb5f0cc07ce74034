-- What projects, programmes and interventions say month by month. As in ledgers.sql each view that
-- ends in "_made" says what the table of the same name without it holds.

-- The first and last month of a period as people write it: 2026, 2026-Q3 or 2026-10.
create macro period_first(period) as case
    when length(period) = 4 then make_date(try_cast(period as integer), 1, 1)
    when period[6:6] = 'Q' then make_date(
        try_cast(period[1:4] as integer), 3 * try_cast(period[7:7] as integer) - 2, 1)
    else make_date(try_cast(period[1:4] as integer), try_cast(period[6:7] as integer), 1) end;
create macro period_last(period) as case
    when length(period) = 4 then make_date(try_cast(period as integer), 12, 1)
    when period[6:6] = 'Q' then make_date(
        try_cast(period[1:4] as integer), 3 * try_cast(period[7:7] as integer), 1)
    else period_first(period) end;

-- Material Circularity Indicator (Ellen MacArthur Foundation and Granta, Circularity Indicators). Of
-- one line: m mass; fr, fu, fs its recycled, reused and biological feed; cr, cu, cc, ce what is
-- collected for recycling, reuse, composting and energy; ef, ec the efficiency of recycling before
-- and after; x the utility. "mci_whole" is 2M + (WF - WC) / 2 and "mci_linear" (V + W) x 0.9 / X; over
-- any lines MCI = max(0, 1 - sum(mci_linear) / sum(mci_whole)). Energy recovery (ce) counts only for
-- biological material whose line states that the further conditions hold; otherwise what is burnt
-- is waste.
create macro waste_before(m, fr, ef) as case when fr = 0 then 0 else m * fr * (1 - ef) / ef end;
create macro waste_after(m, cr, ec) as case when cr = 0 then 0 else m * (1 - ec) * cr end;
create macro mci_whole(m, fr, ef, cr, ec) as
    2 * m + (waste_before(m, fr, ef) - waste_after(m, cr, ec)) / 2;
create macro mci_linear(m, fr, fu, fs, ef, cr, cu, cc, ce, ec, x) as (
    m * (1 - fr - fu - fs) + m * (1 - cr - cu - cc - ce)
    + (waste_before(m, fr, ef) + waste_after(m, cr, ec)) / 2
) * 0.9 / x;

-- What is published holds; a price of one's own fills a gap of its set and changes nothing else.
create view published_prices as
select * from (values {published_prices}) as p(impact_set, impact, eur);
create view own_prices as
select impact_set, upper(trim(impact)) as impact, max(price_eur) as eur from shadow_prices group by all;
create view known_prices as
from published_prices union all
from own_prices as o where not exists (
    from published_prices as p where p.impact_set = o.impact_set and p.impact = o.impact);

-- What the code of a project stands for, with its category and months: a programme, a unit of one, a
-- contract, or a category itself.
create view project_facts as
with programme_of as (
    select p.programme, coalesce(mc.to_code, p.category) as category,
        month_of(coalesce(p.starts_on, p.ends_on)) as first_month,
        month_of(coalesce(p.ends_on, p.starts_on)) as month
    from programmes as p
    left join merged as mc on mc.kind = 'categories' and mc.code = p.category
),
stated as (
    select programme as project, programme, category, first_month, month, 1 as rank
    from programme_of
    union all
    select u.unit_id,
        case when count(distinct u.programme) = 1 then any_value(u.programme) end,
        any_value(p.category), min(period_first(u.period)),
        coalesce(max(period_last(u.period)) filter (where u.status = 'done'),
            max(period_last(u.period))), 2
    from programme_units as u join programme_of as p using (programme) group by u.unit_id
    union all
    select contract_id, null, category, null, null, 3 from contracts
    union all
    select category, null, category, null, null, 4 from categories
)
select distinct on (project) project, programme, category, first_month, month
from stated order by project, rank;

-- MKI is for works alone: categories whose CPV codes lie in division 45.
create view works as
select distinct category from (select category, unnest(string_split(cpv, ';')) as code from categories)
where trim(code) like '45%';

-- What the plan says of each unit and theme, from the month in which it says so until it says
-- something else. A unit that did not answer did so on every theme of its programme.
create view unit_spans as
with themes as (
    select distinct programme, theme from programme_units where theme is not null
),
stated as (
    select u.batch, u.line, b.source, u.programme, u.unit_id, coalesce(u.theme, t.theme) as theme,
        u.status, u.outcome, u.measure is not null as measured, u.period,
        month_of(p.starts_on) as starts,
        coalesce(month_of(p.ends_on), date '9999-12-01') as ends,
        p.category
    from programme_units_offered as u join batches as b using (batch)
    join programmes as p using (programme)
    left join themes as t on t.programme = u.programme and u.theme is null
    where u.standing = 'live'
),
dated as (
    select *, case when status <> 'planned' then period_last(period)
        when row_number() over (partition by programme, unit_id, theme
            order by period_last(period), batch, line) = 1
            then least(period_first(period), coalesce(starts, period_first(period)))
        else period_first(period) end as from_month
    from stated
)
select *, coalesce(lead(from_month) over (partition by programme, unit_id, theme
    order by from_month, batch, line) - interval 1 month, ends)::date as until_month
from dated;

-- Units that did not answer, as their plan says, in each span of months in which other units of their
-- programme reported a figure: what they would have reported is missing, and not zero.
create view silent_rows as
with reported as (
    select distinct b.source, m.activity_measure as measure, m.subject,
        month_of(m.period_start) as begins, month_of(m.period_end) as month
    from measurements_offered as m join batches as b using (batch)
    where m.standing = 'live' and m.subject is not null
),
asked as (
    select distinct r.source, r.measure, r.begins, r.month, u.programme, u.category
    from reported as r join unit_spans as u on u.unit_id = r.subject
)
select min(u.batch) as batch, min_by(u.line, u.batch) as line, a.source, a.begins, a.month,
    any_value(a.category) as category, any_value(a.programme) as programme,
    u.unit_id as project, a.measure
from asked as a join unit_spans as u on u.programme = a.programme
    and u.status = 'no_response' and u.from_month <= a.month and u.until_month >= a.begins
anti join reported as r on r.subject = u.unit_id and r.measure = a.measure
    and r.begins = a.begins and r.month = a.month
group by u.unit_id, a.source, a.measure, a.begins, a.month;

-- Lines of material passports and measured figures of a subject, each with what it gives. What was
-- built counts, or the design while nothing was; the baseline stands apart. A line that states an
-- impact and no mass speaks of that impact alone.
create view project_rows as
with lines as (
    select m.batch, m.line, b.source, f.first_month, f.month, f.category, f.programme, m.*
        exclude (batch, line, standing),
        m.scenario = case
            when bool_or(m.scenario = 'as_built') over (partition by m.project) then 'as_built'
            else 'design' end as counts,
        lower(trim(m.end_route)) as route, upper(trim(m.impact)) as effect,
        m.impact is null or m.mass_kg is not null as weighs,
        bool_or(m.scenario = 'baseline') over (partition by m.project)
            and bool_or(m.scenario <> 'baseline') over (partition by m.project) as compared
    from materials_offered as m join batches as b using (batch)
    join project_facts as f on f.project = m.project
    where m.standing = 'live' and f.month is not null
),
priced as (
    select l.*, case when l.counts and l.effect = 'MKI' then l.impact_value
        when l.counts then l.impact_value * p.eur end as mki,
        coalesce(l.route = 'energy' and l.origin = 'biobased' and l.energy_recovery_counts, false)
            as recovered,
        l.route in ('recycling', 'reuse', 'composting') or recovered as collected
    from lines as l left join known_prices as p
        on p.impact_set = l.impact_set and p.impact = l.effect
),
known as (
    select *, counts and weighs and coalesce(mass_kg > 0 and origin is not null
            and route is not null and lifetime_years is not null
            and average_lifetime_years is not null, false)
        and not coalesce(origin = 'recycled' and feedstock_efficiency is null, false)
        and not coalesce(collected and collected_share is null, false)
        and not coalesce(route = 'recycling' and recycling_efficiency is null, false) as told
    from priced
)
select 'materials' as table_name, batch, line, source, first_month, month as begins, month,
    category, programme,
    project, scenario, lower(trim(component)) as component, lower(trim(material)) as material,
    origin, route as end_route, impact_set as price_set,
    effect, null as method, null as measure, category in (select category from works) as works,
    coalesce(second_life_contract, false) as second_life, in_passport,
    case when counts and weighs then 1 end as lines,
    case when counts and mass_kg is not null then 1 end as weighed,
    case when counts then mass_kg end as mass_kg,
    case when counts and compared then mass_kg end as compared_kg,
    case when scenario = 'baseline' and compared then mass_kg end as baseline_kg,
    case when scenario = 'baseline' and weighs then 1 end as baseline_lines,
    case when scenario = 'baseline' and mass_kg is not null then 1 end as baseline_weighed,
    case when counts and impact_value is not null then 1 end as impacts,
    case when mki is not null then 1 end as priced,
    mki as mki_eur, mki / lifetime_years as mki_eur_per_year,
    case when mki is not null and lifetime_years is not null then 1 end as timed,
    case when told then mass_kg end as told_kg,
    case when told then mci_whole(mass_kg, cast(origin = 'recycled' as integer),
        feedstock_efficiency, case when route = 'recycling' then collected_share else 0 end,
        recycling_efficiency) end as mci_whole,
    case when told then mci_linear(mass_kg, cast(origin = 'recycled' as integer),
        cast(origin in ('kept', 'reused') as integer), cast(origin = 'biobased' as integer),
        feedstock_efficiency, case when route = 'recycling' then collected_share else 0 end,
        case when route = 'reuse' then collected_share else 0 end,
        case when route = 'composting' then collected_share else 0 end,
        case when recovered then collected_share else 0 end,
        recycling_efficiency, lifetime_years / average_lifetime_years) end as mci_linear,
    null as value, null as reports, null as proxies
from known
union all by name
select 'measurements' as table_name, m.batch, m.line, b.source,
    month_of(m.period_start) as first_month, month_of(m.period_start) as begins,
    month_of(m.period_end) as month, f.category,
    f.programme, m.subject as project,
    case when m.activity_measure = 'pef_per_year' then m.method end as method,
    m.activity_measure as measure, false as works, m.value,
    1 as reports, cast(m.proxy as integer) as proxies
from measurements_offered as m join batches as b using (batch)
left join project_facts as f on f.project = m.subject
where m.standing = 'live' and m.subject is not null
union all by name
select 'programme_units' as table_name, batch, line, source, begins as first_month, begins, month,
    category, programme, project, measure, false as works, 1 as silent
from silent_rows;

-- The same by month.
create view by_project_made as
select r.month, r.begins, r.source, r.category, r.programme, r.project, r.scenario, r.component, r.material,
    r.origin, r.end_route, r.price_set, r.method, r.measure, r.second_life, r.in_passport, r.works,
    sum(r.lines) as lines, sum(r.weighed) as weighed, sum(r.mass_kg) as mass_kg,
    sum(r.compared_kg) as compared_kg, sum(r.baseline_kg) as baseline_kg, sum(r.baseline_lines) as baseline_lines,
    sum(r.baseline_weighed) as baseline_weighed, sum(r.impacts) as impacts,
    sum(r.priced) as priced, sum(r.mki_eur) as mki_eur, sum(r.mki_eur_per_year) as mki_eur_per_year,
    sum(r.timed) as timed, sum(r.told_kg) as told_kg, sum(r.mci_whole) as mci_whole,
    sum(r.mci_linear) as mci_linear, sum(r.value) as value, sum(r.reports) as reports,
    sum(r.proxies) as proxies, sum(r.silent) as silent
from project_rows as r group by all;

create table by_project as from by_project_made limit 0;

-- Each month of a programme: its cap, and what its plan then says of each unit. A plan holds until
-- its last delivery or the last order lines, whichever is later.
create view by_unit_made as
with seen as (
    select source, greatest(max(from_month) filter (where status <> 'planned'),
            (select month_of(max(imported_at)) from batches), (select max(month) from by_place))
            as last_month,
        min(from_month) as first_month
    from unit_spans group by source
),
capped as (
    select p.programme, s.category, p.cap, s.source,
        coalesce(month_of(p.starts_on), s.first_month) as first_month,
        least(coalesce(month_of(p.ends_on), s.last_month), s.last_month) as last_month
    from programmes as p join (
        select programme, any_value(category) as category, min(source) as source,
            min(from_month) as first_month, max(last_month) as last_month
        from unit_spans join seen using (source) group by programme
    ) as s using (programme)
)
select unnest(generate_series(from_month, least(until_month, ends, last_month),
        interval 1 month))::date as month, u.source, category, programme, theme,
    programme || '/' || unit_id as unit, status, outcome, measured, 1 as stated, null as cap
from unit_spans as u join seen using (source)
where from_month <= least(until_month, ends, last_month)
union all by name
select unnest(generate_series(first_month, last_month, interval 1 month))::date as month, source,
    category, programme, 0 as stated, cap
from capped where first_month <= last_month;

create table by_unit as from by_unit_made limit 0;

-- Interventions by the month in which they start, with the roles that their category wants at the
-- table and how many of those are there.
create view initiative_rows as
select i.batch, i.line, b.source, coalesce(mc.to_code, i.category) as category, i.intervention_id,
    month_of(i.starts_on) as month, 1 as initiatives,
    cast(trim(coalesce(i.policy, '')) <> '' as integer) as with_policy,
    case when i.disciplines is not null then len(w.roles) end as roles_wanted,
    case when i.disciplines is not null then len(list_intersect(w.roles,
        list_transform(string_split(lower(i.disciplines), ';'), lambda r: trim(r)))) end
        as roles_present,
    cast(i.disciplines is not null and w.roles is not null as integer) as with_roles
from interventions_offered as i join batches as b using (batch)
left join merged as mc on mc.kind = 'categories' and mc.code = i.category
left join (
    select category, list_transform(string_split(lower(roles), ';'), lambda r: trim(r)) as roles
    from categories where roles is not null
) as w on w.category = coalesce(mc.to_code, i.category)
where i.standing = 'live';

create view by_initiative_made as
select month, source, category, intervention_id, sum(initiatives) as initiatives,
    sum(with_policy) as with_policy, sum(roles_wanted) as roles_wanted,
    sum(roles_present) as roles_present, sum(with_roles) as with_roles
from initiative_rows group by all;

create table by_initiative as from by_initiative_made limit 0;

-- A register of interventions speaks of all months with order lines: where none started, it says so.
create view initiatives_seen as
select source, least(month, (select min(month) from by_place)) as month,
    greatest(month, (select max(month) from by_place)) as last_month
from by_initiative;

-- From when until when the registers speak, by source.
create view registers_made as
select 'by_request' as relation, source, min(month) as first_month,
    max(greatest(month, month_of(requested_on))) as last_month
from (select *, month_of(coalesce(decided_on, requested_on)) as month from requests)
group by source
union all
select 'by_asset', source, min(month), max(month) from by_asset group by source
union all
select 'by_contract', source, min(month), max(month) from by_contract group by source
union all
select 'by_unit', source, min(month), max(month) from by_unit group by source
union all
select 'by_initiative', source, min(month), max(last_month) from initiatives_seen
group by source
union all
select 'by_project', source, min(first_month), max(month) from project_rows group by source;

create table registers as from registers_made limit 0;

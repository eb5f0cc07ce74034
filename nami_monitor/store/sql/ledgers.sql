create macro month_of(day) as cast(date_trunc('month', day) as date);
create macro next_month(day) as cast(date_trunc('month', day) + interval 1 month as date);

-- What requests, assets and contracts say month by month. Each view ends in "_made" and says what the
-- table of the same name without it holds.

-- The mean price paid for an article in each month in which it was bought.
create view paid_prices as
select product_source, product_id, month, sum(amount_eur) / sum(quantity) as price
from by_product where product_id is not null
group by product_source, product_id, month having sum(quantity) > 0 and sum(amount_eur) > 0;

-- Requests by the month of their decision, each with what it gives. A request that was withdrawn as
-- a duplicate or an error was no need, so it is neither decided nor avoided; one that is blocked is
-- not decided.
create view request_rows as
with asked as (
    select o.batch, o.line, r.*, p.product_group, p.base_unit,
        p.article,
        p.mass_kg as unit_mass_kg, p.co2e_kg as unit_co2e_kg,
        month_of(coalesce(r.decided_on, r.requested_on)) as month,
        r.decision = 'withdrawn'
            and regexp_matches(coalesce(r.reason, ''), 'dubbel|duplic|fout|error|vergiss', 'i')
            as no_need,
        r.decision in ('from_stock', 'shared', 'repaired', 'rethought', 'withdrawn') as met
    from requests as r
    join requests_offered as o on o.request_id = r.request_id and o.standing = 'live'
    left join product_spans as p on p.source = r.product_source and p.product_id = r.product_id
        and r.requested_on >= p.holds_from and r.requested_on < p.holds_until
),
judged as (
    select *, case when met and not no_need then coalesce(quantity_avoided, quantity) end
        as avoided
    from asked
),
priced as (
    select j.*, case when date_diff('month', c.month, j.month) <= {price_months} then c.price end
        as price
    from judged as j asof left join paid_prices as c
        on c.product_source = j.product_source and c.product_id = j.product_id
        and c.month <= j.month
)
select *, 1 as requests,
    cast(decision <> 'blocked' and not no_need as integer) as decided,
    cast(met and not no_need as integer) as resolved,
    cast(decision = 'blocked' as integer) as blocked,
    cast(decision = 'refurbished' as integer) as refurbished,
    case when decision = 'blocked' then lower(trim(reason)) end as blocked_by,
    case when decision <> 'blocked' and not no_need then quantity end as demand,
    case when decision in ('from_stock', 'shared', 'repaired') then avoided end as kept,
    avoided * price as avoided_eur,
    case when price is not null then avoided end as avoided_with_price,
    avoided * unit_mass_kg as avoided_kg,
    case when unit_mass_kg is not null then avoided end as avoided_with_mass,
    avoided * unit_co2e_kg as avoided_co2e,
    case when unit_co2e_kg is not null then avoided end as avoided_with_co2e
from priced;

create view by_request_made as
select month, source, category, location_id, decision, product_source, product_id, product_group,
    article, base_unit, blocked_by, count(*) as requests,
    coalesce(sum(demand), 0) as demand, coalesce(sum(kept), 0) as kept,
    count(*) filter (decided = 1) as decided, count(*) filter (resolved = 1) as resolved,
    count(*) filter (blocked = 1) as blocked, count(*) filter (refurbished = 1) as refurbished,
    coalesce(sum(avoided), 0) as avoided, sum(avoided_eur) as avoided_eur,
    coalesce(sum(avoided_with_price), 0) as avoided_with_price, sum(avoided_kg) as avoided_kg,
    coalesce(sum(avoided_with_mass), 0) as avoided_with_mass, sum(avoided_co2e) as avoided_co2e,
    coalesce(sum(avoided_with_co2e), 0) as avoided_with_co2e
from request_rows
group by all;

create table by_request as from by_request_made limit 0;

-- Each asset with the day on which it was retired. What was retired before it was bought is not
-- believed: it counts as spoilt and lives nowhere.
create view asset_lives as
select o.batch, o.line, a.asset_id, a.source, a.category, a.location_id, a.condition, a.product_id,
    a.acquired_on, a.warranty_until, e.retired_on, e.route,
    coalesce(e.retired_on < a.acquired_on, false) as spoilt
from assets as a join assets_offered as o on o.asset_id = a.asset_id and o.standing = 'live'
left join (
    select asset_id, min(happened_on) as retired_on, arg_min(route, happened_on) as route
    from asset_events where kind = 'retired' group by asset_id
) as e on e.asset_id = a.asset_id;

-- When a surplus asset was taken over or left, with the day of the notice that came before.
create view asset_handovers as
with ended as (
    select asset_id, happened_on, kind, lag(happened_on) over (
        partition by asset_id order by happened_on) as before
    from (select distinct asset_id, happened_on, kind from asset_events
        where kind in ('surplus_matched', 'retired'))
)
select e.asset_id, e.happened_on, e.kind, max(n.happened_on) as noticed_on
from ended as e join asset_events as n on n.asset_id = e.asset_id
    and n.kind = 'surplus_noticed' and n.happened_on <= e.happened_on
    and n.happened_on > coalesce(e.before, date '0001-01-01')
group by all;

-- What each event gives: an asset is retired once, and handed over once a day.
create view asset_event_rows as
with happened as (
    select batch, line, asset_id, happened_on, kind, route,
        kind = 'retired' and row_number() over (partition by asset_id, kind
            order by happened_on, batch, line) = 1 as leaves,
        row_number() over (partition by asset_id, kind, happened_on order by batch, line) = 1
            as first_of_day
    from asset_events_offered where standing = 'live'
)
select e.batch, e.line, e.asset_id, a.source, a.category, a.location_id, a.condition,
    a.acquired_on, a.retired_on, e.happened_on, e.kind, e.route, month_of(e.happened_on) as month,
    cast(e.leaves as integer) as retired,
    case when e.leaves then date_diff('day', a.acquired_on, a.retired_on) / 365.25 else 0 end
        as retired_years,
    cast(coalesce(e.leaves and a.retired_on < a.warranty_until, false) as integer)
        as retired_early,
    cast(e.leaves and a.warranty_until is not null as integer) as retired_warranted,
    cast(e.kind = 'failure' as integer) as failures,
    cast(e.kind = 'reissue' as integer) as reissued,
    cast(e.kind = 'surplus_matched' as integer) as matched,
    cast(e.kind = 'surplus_matched' as integer) as needed,
    cast(e.first_of_day and h.noticed_on is not null as integer) as handed,
    case when e.first_of_day then date_diff('day', h.noticed_on, e.happened_on) end as notice_days
from happened as e join asset_lives as a using (asset_id)
left join asset_handovers as h on h.asset_id = e.asset_id and h.kind = e.kind
    and h.happened_on = e.happened_on
where not a.spoilt;

create view by_asset_made as
with seen as (
    select source, month_of(least(max(day), (
        select max(imported_at)::date from batches where batch in (
            select batch from batch_months where table_name in ('assets', 'asset_events')
        )
    ))) as last_month from (
        select source, max(acquired_on) as day from assets group by source
        union all
        select a.source, max(e.happened_on) from asset_events as e join assets as a using (asset_id)
        group by a.source
    ) group by source
),
moves as (
    select source, category, location_id, condition, month_of(acquired_on) as month,
        cast(not spoilt as integer) as stock, cast(not spoilt as integer) as acquired,
        cast(spoilt as integer) as spoilt, case when spoilt then 0 else
            date_diff('day', acquired_on, next_month(acquired_on)) / 365.25 end as years,
        0 as retired, 0 as retired_years, 0 as retired_early, 0 as retired_warranted,
        0 as failures, 0 as reissued, 0 as matched, 0 as handed, 0 as notice_days
    from asset_lives
    union all by name
    select source, category, location_id, condition, month, -retired as stock, 0 as acquired,
        0 as spoilt, case when retired = 1 then
            -date_diff('day', retired_on, next_month(retired_on)) / 365.25 else 0 end as years,
        retired, retired_years, retired_early, retired_warranted, failures, reissued, matched,
        handed, notice_days
    from asset_event_rows
    where retired + failures + reissued + matched + handed > 0
),
months as (
    select source, category, location_id, condition, month, sum(stock) as stock,
        sum(acquired) as acquired, sum(retired) as retired, sum(retired_years) as retired_years,
        sum(retired_early) as retired_early, sum(retired_warranted) as retired_warranted,
        sum(failures) as failures, sum(spoilt) as spoilt, sum(years) as years,
        sum(reissued) as reissued, sum(matched) as matched, sum(handed) as handed,
        sum(notice_days) as notice_days
    from moves group by all
),
groups as (
    select source, category, location_id, condition, min(month) as first_month
    from months group by all
),
grid as (
    select g.source, g.category, g.location_id, g.condition,
        unnest(generate_series(g.first_month, s.last_month, interval 1 month))::date as month
    from groups as g join seen as s using (source)
),
filled as (
    select g.*, coalesce(m.stock, 0) as stock, coalesce(m.acquired, 0) as acquired,
        coalesce(m.retired, 0) as retired, coalesce(m.retired_years, 0) as retired_years,
        coalesce(m.retired_early, 0) as retired_early,
        coalesce(m.retired_warranted, 0) as retired_warranted,
        coalesce(m.failures, 0) as failures, coalesce(m.spoilt, 0) as spoilt,
        coalesce(m.years, 0) as years, coalesce(m.reissued, 0) as reissued,
        coalesce(m.matched, 0) as matched, coalesce(m.handed, 0) as handed,
        coalesce(m.notice_days, 0) as notice_days
    from grid as g left join months as m
        on m.source = g.source and m.category = g.category and m.location_id = g.location_id
        and m.condition is not distinct from g.condition and m.month = g.month
)
select * exclude (stock, years), matched + acquired as needed,
    sum(stock) over w as in_use,
    years + (sum(stock) over w - stock) * day(last_day(month)) / 365.25 as unit_years
from filled
window w as (partition by source, category, location_id, condition order by month);

create table by_asset as from by_asset_made limit 0;

-- How long assets lived, in whole months, with the month from which and until which they did.
create view by_life_made as
select source, category, location_id, condition, month_of(acquired_on) as month,
    month_of(retired_on) as retired, date_sub('month', acquired_on, retired_on) as months,
    cast(round(date_diff('day', acquired_on, warranty_until) / 30.4375) as bigint) as warranty,
    count(*) as assets
from asset_lives where not spoilt
group by all;

create table by_life as from by_life_made limit 0;

-- The next moment at which a contract can be left or let go, and when to begin preparing for it.
create view contract_moments as
with stated as (
    select contract_id, ends_on as moment, 'end' as kind from contracts where ends_on is not null
    union all
    select contract_id, coalesce(try_strptime(trim(day), ['%Y-%m-%d', '%d-%m-%Y']))::date, 'option'
    from (select contract_id, unnest(string_split(option_dates, ';')) as day from contracts)
)
select s.contract_id, s.moment, s.kind, k.notice_months,
    coalesce(c.preparation_months, {preparation_months}) as preparation_months,
    cast(s.moment - to_months(cast(coalesce(k.notice_months, 0)
        + coalesce(c.preparation_months, {preparation_months}) as integer)) as date) as prepare_from
from stated as s join contracts as k using (contract_id)
left join categories as c on c.category = k.category
where s.moment is not null;

-- Contracts that took the place of others form one family with them, under the oldest; one that joins
-- two joins their families. It follows at most fifty replacements, so that no ring of them is endless.
create view contract_families as
with recursive aged as (
    select contract_id, row_number() over (order by starts_on nulls last, contract_id) as age
    from contracts
),
pairs as (
    select k.contract_id as one, trim(r.old) as other
    from contracts as k, unnest(string_split(k.replaces, ';')) as r(old)
),
edges as (select one, other from pairs union select other, one from pairs),
reached(contract_id, age, hops) using key (contract_id) as (
    select contract_id, age, 0 from aged
    union
    select e.other, min(f.age), max(f.hops) + 1
    from reached as f join edges as e on e.one = f.contract_id
    join recurring.reached as known on known.contract_id = e.other
    where f.age < known.age and f.hops < 50
    group by e.other
)
select r.contract_id, a.contract_id as family
from reached as r join aged as a using (age);

-- What the words of a register's status mean: dropped (never in force), ended, preparing or running.
create view contract_standings as
select contract_id, case
    when regexp_matches(s, 'cancel|annul|unsuccess|withdrawn|ingetrokken|afgewezen') then 'dropped'
    when regexp_matches(s, '\bended|terminat|expired|closed|be[eë]indigd|opgezegd|ontbonden|'
        || 'afgelopen|verlopen|afgesloten') then 'ended'
    when regexp_matches(s, 'prepar|pending|planned|draft|voorbereid|gepland|concept')
        then 'preparing'
    else 'running' end as standing
from (select contract_id, lower(coalesce(status, '')) as s from contracts);

-- Contracts in each month in which they run, from the first start known where theirs is not stated. An
-- end that is open, rolling or still to be confirmed is no end. One that ended, nobody says when, is
-- left out, and so is one in preparation without a start. The value of a framework whose call-offs
-- state values would count twice; it is known all the same.
create view by_contract_made as
with in_parts as (
    select distinct p.parent_id from contracts as p join contract_standings as s using (contract_id)
    where p.value_eur is not null and p.parent_id <> p.contract_id and s.standing <> 'dropped'
),
running as (
    select k.*, f.family,
        k.contract_id in (select parent_id from in_parts) as parted,
        month_of(coalesce(k.starts_on, b.first_start)) as first_month,
        least(month_of(coalesce(k.ends_on, b.until)), month_of(b.until)) as last_month
    from contracts as k join contract_families as f using (contract_id)
    join contract_standings as s using (contract_id)
    cross join (
        select min(starts_on) as first_start,
            cast(greatest((select max(imported_at)::date from batches),
                (select max(month) from by_place)) as date) as until
        from contracts
    ) as b
    where s.standing = 'running' or (s.standing = 'ended' and k.ends_on <= b.until)
        or (s.standing = 'preparing' and k.starts_on is not null)
),
months as (
    select *, unnest(generate_series(first_month, last_month, interval 1 month))::date as month
    from running where first_month <= last_month
)
select m.month, m.source, m.category, m.stream, m.supplier, m.specification, m.form, m.contract_id,
    m.family, 1 as running, case when not m.parted then m.value_eur end as value_eur,
    cast(m.parted or m.value_eur is not null as integer) as with_value,
    cast(m.ends_on is not null as integer) as with_end,
    cast(exists (
        select 1 from contract_moments as o where o.contract_id = m.contract_id
            and o.prepare_from <= last_day(m.month) and o.moment >= m.month
    ) as integer) as to_prepare
from months as m;

create table by_contract as from by_contract_made limit 0;

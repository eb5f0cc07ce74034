-- What counts, with codes resolved. "merged" and "product_spans" are used by many views and questions,
-- and their own definitions take long to plan: so they are tables, derived from the views
-- "<name>_made". "merged" follows chains of merges to their end; a merge into a code that undoing has
-- made unknown waits with it.
create view merged_made as
with recursive merge_of as (
    select kind, source, code, to_code from code_actions
    where what = 'merge' and undone_at is null
        and (kind, source, to_code) in (select (c.kind, c.source, c.code) from codes as c)
),
step as (
    select kind, source, code, to_code, 1 as hops from merge_of
    union all
    select step.kind, step.source, step.code, next.to_code, hops + 1
    from step join merge_of as next
        on next.kind = step.kind and next.source = step.source and next.code = step.to_code
    where hops < 20
)
select kind, source, code, arg_max(to_code, hops) as to_code
from step group by kind, source, code;

create table merged as from merged_made limit 0;

create view named as
select kind, source, code, arg_max(name, action) as name
from code_actions where what = 'rename' and undone_at is null
group by kind, source, code;

create view provisional as
select kind, source, code from codes
where provisional and (kind, source, code) not in (
    select (kind, source, code) from code_actions where what = 'confirm' and undone_at is null
    union all select (kind, source, code) from merged
);

create view categories as
select c.* exclude (batch, line, standing, name_nl, name_en),
    coalesce(n.name, c.name_nl) as name_nl, coalesce(n.name, c.name_en) as name_en,
    b.source, false as provisional
from categories_offered as c join batches as b using (batch)
left join named as n on n.kind = 'categories' and n.code = c.category
where c.standing = 'live'
    and c.category not in (select code from merged where kind = 'categories')
union all by name
select code as category, coalesce(n.name, code) as name_nl, coalesce(n.name, code) as name_en,
    '' as source, (kind, source, code) in (select (p.kind, p.source, p.code) from provisional as p)
    as provisional
from codes left join named as n using (kind, source, code)
where kind = 'categories' and provisional
    and (kind, source, code) not in (select (m.kind, m.source, m.code) from merged as m);

create view locations as
select l.* exclude (batch, line, standing, name), coalesce(n.name, l.name) as name,
    b.source, false as provisional
from locations_offered as l join batches as b using (batch)
left join named as n on n.kind = 'locations' and n.code = l.location_id
where l.standing = 'live'
    and l.location_id not in (select code from merged where kind = 'locations')
union all by name
select code as location_id, coalesce(n.name, code) as name, '' as organisation, '' as source,
    (kind, source, code) in (select (p.kind, p.source, p.code) from provisional as p) as provisional
from codes left join named as n using (kind, source, code)
where kind = 'locations' and provisional
    and (kind, source, code) not in (select (m.kind, m.source, m.code) from merged as m);

create view products as
select p.* exclude (batch, line, standing, name, category), coalesce(n.name, p.name) as name,
    coalesce(mc.to_code, p.category) as category, b.products_of as source, false as provisional
from products_offered as p join batches as b using (batch)
left join named as n on n.kind = 'products' and n.source = b.products_of and n.code = p.product_id
left join merged as mc on mc.kind = 'categories' and mc.code = p.category
where p.standing = 'live'
    and ('products', b.products_of, p.product_id)
        not in (select (m.kind, m.source, m.code) from merged as m)
union all by name
select code as product_id, source, coalesce(n.name, code) as name,
    (kind, source, code) in (select (p.kind, p.source, p.code) from provisional as p) as provisional
from codes left join named as n using (kind, source, code)
where kind = 'products' and provisional
    and (kind, source, code) not in (select (m.kind, m.source, m.code) from merged as m);

-- Each product with the dates between which its row holds. Whether it bears a sustainability mark is
-- known when its source states marks at all: an empty cell among them means none.
create view product_spans_made as
select *, coalesce(valid_from, date '0001-01-01') as holds_from,
    lead(coalesce(valid_from, date '0001-01-01'), 1, date '9999-12-31') over (
        partition by source, product_id order by valid_from nulls first
    ) as holds_until,
    case when bool_or(attributes is not null) over (partition by source)
        then case when regexp_matches(coalesce(attributes, ''), '{marks}', 'i')
            then 'yes' else 'no' end
    end as mark
from products;

-- The one code under which the same article of several sources counts. What an article is the same as
-- is a number of one other source, a number with its source ("shop/P1"), or a code that several
-- sources write; a chain is followed to its end, a ring to its first code.
create view articles_made as
with recursive stated as (
    select source, product_id, source || '/' || product_id as key, max_by(same_as, holds_from) as same_as
    from product_spans_made where same_as is not null group by all
),
codes_of as (
    select source, product_id as code, source || '/' || product_id as key from product_spans_made
    union
    select source, code, source || '/' || to_code from merged where kind = 'products'
),
named as (
    select s.key, any_value(s.same_as) as same_as,
        list(distinct c.key) filter (where c.source <> s.source) as others,
        min(c.key) filter (where c.source = s.source) as own,
        min(c.key) filter (where c.source || '/' || c.code = s.same_as) as exactly
    from stated as s left join codes_of as c
        on c.code = s.same_as or c.source || '/' || c.code = s.same_as
    group by s.key
),
links as (
    select * from (
        select key, coalesce(exactly, case when len(others) = 1 then others[1] end,
            case when others is null then own end, same_as) as to_key
        from named
    ) where to_key <> key
),
walk as (
    select key, to_key as reached, 1 as hops from links
    union all
    select w.key, l.to_key, hops + 1 from walk as w join links as l on l.key = w.reached
    where hops < 20
)
select key, coalesce(min(reached) filter (where reached not in (select l.key from links as l)),
    min(reached) filter (where hops > 10)) as article
from walk group by key;

create table product_spans as select *, '' as article from product_spans_made limit 0;

create view contracts as
select c.* exclude (batch, line, standing, category),
    coalesce(mc.to_code, c.category) as category, b.source
from contracts_offered as c join batches as b using (batch)
left join merged as mc on mc.kind = 'categories' and mc.code = c.category
where c.standing = 'live';

create view orders as
select o.batch, o.line, b.source, o.ordered_on,
    coalesce(ml.to_code, o.location_id) as location_id,
    coalesce(mp.to_code, o.product_id) as product_id,
    b.products_of as product_source,
    coalesce(p.category, mc.to_code, o.category) as category,
    o.category as line_category,
    o.channel,
    case when o.per_pack then o.quantity * p.units_per_pack else o.quantity end as quantity,
    o.amount_eur, o.condition, o.contract_id, o.supplier, o.order_ref, o.text,
    p.base_unit, p.product_group, p.mass_kg as unit_mass_kg, p.co2e_kg as unit_co2e_kg,
    p.attributes, p.mark, p.same_as, p.article,
    coalesce(p.stream, k.stream) as stream
from orders_offered as o
join batches as b on b.batch = o.batch
left join merged as ml on ml.kind = 'locations' and ml.code = o.location_id
left join merged as mc on mc.kind = 'categories' and mc.code = o.category
left join merged as mp
    on mp.kind = 'products' and mp.source = b.products_of and mp.code = o.product_id
left join product_spans as p
    on p.source = b.products_of and p.product_id = coalesce(mp.to_code, o.product_id)
    and o.ordered_on >= p.holds_from and o.ordered_on < p.holds_until
left join contracts as k on k.contract_id = o.contract_id
where o.standing = 'live';

create view measurements as
select m.* exclude (batch, line, standing, location_id),
    coalesce(ml.to_code, m.location_id) as location_id, b.source
from measurements_offered as m join batches as b using (batch)
left join merged as ml on ml.kind = 'locations' and ml.code = m.location_id
where m.standing = 'live';

create view assets as
select a.* exclude (batch, line, standing, location_id, category),
    coalesce(ml.to_code, a.location_id) as location_id,
    coalesce(mc.to_code, a.category) as category, b.source
from assets_offered as a join batches as b using (batch)
left join merged as ml on ml.kind = 'locations' and ml.code = a.location_id
left join merged as mc on mc.kind = 'categories' and mc.code = a.category
where a.standing = 'live';

create view requests as
select r.* exclude (batch, line, standing, location_id, category, product_id),
    coalesce(ml.to_code, r.location_id) as location_id,
    coalesce(mc.to_code, r.category) as category,
    coalesce(mp.to_code, r.product_id) as product_id, b.products_of as product_source, b.source
from requests_offered as r join batches as b using (batch)
left join merged as mp
    on mp.kind = 'products' and mp.source = b.products_of and mp.code = r.product_id
left join merged as ml on ml.kind = 'locations' and ml.code = r.location_id
left join merged as mc on mc.kind = 'categories' and mc.code = r.category
where r.standing = 'live';

create view asset_events as
select t.* exclude (batch, line, standing), b.source
from asset_events_offered as t join batches as b using (batch) where t.standing = 'live';

-- Each strategy with its rung, and the ladder whose rung it is.
create view interventions as
select t.* exclude (batch, line, standing), b.source,
    case t.strategy {rungs} end as r, '{ladder}' as ladder
from interventions_offered as t join batches as b using (batch) where t.standing = 'live';

-- Locations that were merged into one keep their rows: they may be in two arms. By the code under
-- which a location was drawn the draw can be done again.
create view assignments as
select t.* exclude (batch, line, standing)
    replace (coalesce(ml.to_code, t.location_id) as location_id),
    t.location_id as drawn_as, b.source
from assignments_offered as t join batches as b using (batch)
left join merged as ml on ml.kind = 'locations' and ml.code = t.location_id
where t.standing = 'live';

-- A target that was withdrawn stays on record, and counts no more.
create view targets as
select t.* exclude (batch, line, standing, withdrawn)
    replace (coalesce(mc.to_code, t.category) as category), b.source as delivered_by
from targets_offered as t join batches as b using (batch)
left join merged as mc on mc.kind = 'categories' and mc.code = t.category
where t.standing = 'live' and not coalesce(t.withdrawn, false);

create view programmes as
select t.* exclude (batch, line, standing), b.source
from programmes_offered as t join batches as b using (batch) where t.standing = 'live';

create view programme_units as
select t.* exclude (batch, line, standing), b.source
from programme_units_offered as t join batches as b using (batch) where t.standing = 'live';

create view materials as
select t.* exclude (batch, line, standing), b.source
from materials_offered as t join batches as b using (batch) where t.standing = 'live';

create view shadow_prices as
select t.* exclude (batch, line, standing), b.source as delivered_by
from shadow_prices_offered as t join batches as b using (batch) where t.standing = 'live';

-- Batches that hold set-aside rows of others, with the first batch from which those rows come.
create view families as
with recursive step as (
    select batch, batch as root from batches where parent is null
    union all
    select b.batch, step.root from step join batches as b on b.parent = step.batch
)
select batch, root from step;

-- Rows of a batch for which a later batch of its family stands, however often they were offered.
create view released as
select distinct f.batch as parent, o.table_name, o.line
from offered as o
join batches as b using (batch)
join families as c using (batch)
join families as f on f.root = c.root and f.batch < o.batch
where b.parent is not null and o.standing in ('live', 'known', 'replaced')
    and not exists (select 1 from set_aside as s where s.batch = o.batch
        and s.table_name = o.table_name and s.line = o.line);

-- A row that was set aside, and what became of it.
create view set_aside_rows as
select s.*, case
    when exists (select 1 from abandoned as a where a.batch = s.batch and a.line = s.line)
        then 'abandoned'
    when exists (select 1 from released as r where r.parent = s.batch and r.line = s.line
            and r.table_name = s.table_name)
        then 'released'
    else 'open' end as state
from set_aside as s;

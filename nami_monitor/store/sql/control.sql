create table meta (schema_version integer, data_version bigint, demo boolean);

-- One row per delivery. Counts never change; an undone batch keeps its row and its counts, and loses
-- its lines, its file's name and every other text.
create table batches (
    batch integer primary key,
    parent integer,                 -- whose set-aside rows it holds
    automatic boolean,              -- released by a new code, not delivered by a person
    position double,                -- where it stands in the order of batches, if not by number
    source varchar,
    products_of varchar,            -- the source whose article numbers its lines use
    file varchar,
    content_hash varchar,
    profile varchar,                -- the profile as TOML
    grain varchar, delivery varchar, basis varchar, vat varchar,
    replaces_first date, replaces_last date,
    who varchar,
    imported_at timestamp,
    report varchar,                 -- the import report as JSON
    header varchar[],               -- the file's column names, for the set-aside file
    undone_at timestamp, undone_by varchar
);

create table batch_months (batch integer, table_name varchar, month date, lines bigint);

-- Order lines by batch and month: in a file, or without one in orders_stored; ``waiting`` of them wait
-- for a code. ``sha256`` is that of the file.
create table line_groups (
    batch integer, month date, file varchar, sha256 varchar, lines bigint, waiting bigint
);

-- Codes that a batch states as a master, may create, or uses.
create table code_offers (
    batch integer, kind varchar, source varchar, code varchar, role varchar
);

-- Since which batch (its position) a code is known; derived from code_offers.
create table codes (
    kind varchar, source varchar, code varchar, since_batch double, provisional boolean
);

create table code_actions (
    action integer primary key, kind varchar, source varchar, code varchar,
    what varchar,                   -- confirm, merge, rename
    to_code varchar, name varchar, who varchar, acted_at timestamp, undone_at timestamp
);

create table set_aside (
    batch integer, line bigint, table_name varchar, column_name varchar,
    value varchar, rule varchar, raw varchar[]
);

create table abandoned (batch integer, line bigint, who varchar, abandoned_at timestamp);

-- Per source and month what order lines there are; kept with the roll-ups; derived.
create table delivered (
    source varchar, month date, lines bigint, locations bigint, articles bigint
);

-- Per place, month and category how many orders, and how many articles, there are: of all lines, of
-- those with an amount and of those with a quantity; kept with the roll-ups; derived.
create table by_cell (
    month date, location_id varchar, category varchar, counts varchar,
    lines bigint, with_amount bigint, with_quantity bigint
);

-- Per source and month what was expected and what is there; derived.
create table source_months (
    table_name varchar, source varchar, month date, owed boolean, share double,
    expected_locations bigint, locations bigint, lines bigint, learnt boolean
);

-- Months from which a source's series cannot be compared with before; derived.
create table breaks (source varchar, month date, kind varchar, detail varchar);

-- Activity by whole months, from the live measurements; derived.
create table activity (
    measure varchar, location_id varchar, first_month date, last_month date, months integer,
    value double, proxy boolean
);

-- What figures need of each category and location, from the masters and the merges; derived.
create table category_facts (
    category varchar, activity_measure varchar,
    refuse_applies boolean, refuse_reason varchar, refuse_legal_basis varchar,
    refuse_look_again_on date,
    rethink_applies boolean, rethink_reason varchar, rethink_legal_basis varchar,
    rethink_look_again_on date,
    reduce_applies boolean, reduce_reason varchar, reduce_legal_basis varchar,
    reduce_look_again_on date
);
create table location_facts (
    location_id varchar, location_group varchar, opened_on date, closed_on date
);

-- What is written beside the data: notes, what people have seen, reports as they arranged them, the
-- verdicts on measures.
-- A log: the last row of a kind and name counts, and without a body it was withdrawn. A note that is
-- withdrawn loses its bodies. Imports, undo and replay leave it alone, and it leaves the data version
-- alone.
create table kept (kind varchar, name varchar, body json, who varchar, kept_at timestamp);

-- Who did what when, see store.trail: rows only come. No text of a delivery stands here, nor who a
-- person is beyond what stands in ``who``.
create table trail (
    id varchar primary key, done_at timestamp, who varchar, act varchar, about varchar, name varchar
);

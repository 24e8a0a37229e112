create table stock (item text primary key, available integer not null);
insert into stock values ('tea', 1000000);

create table orders (id bigserial primary key, item text not null, quantity integer not null);

create table sold (day date not null, total integer not null);
create table returns (day date not null, month date not null, total integer not null);
insert into sold select date '2026-10-01' + n, 100 + n from generate_series(0, 30) as n;
create materialized view sales as select day, date_trunc('month', day)::date as month, total from sold;

-- An old cart that an open payment still refers to: it cannot be deleted.
create table carts (id bigserial primary key, touched_at timestamptz not null);
create table payments (cart_id bigint not null references carts);
insert into carts (touched_at) values (now() - interval '2 days');
insert into payments select id from carts;

-- The gateway's role and database, before its first start. docs/deploy/production.md has the line that runs it and gives
-- it the password of DATABASE_URL.
create role shin_app login password :'password';
create database shin owner shin_app;

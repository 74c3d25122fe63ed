-- Takes the audit log out of the gateway's reach: once, as a superuser, after its first start. docs/audit.md says why.
--
--   sudo -u postgres psql -v ON_ERROR_STOP=1 -1 -d shin < deploy/postgres/audit-role.sql
create role shin_audit nologin;
alter schema public owner to shin_audit;
grant usage, create on schema public to shin_app;
alter table audit_events owner to shin_audit;
alter table audit_heads owner to shin_audit;
alter table audit_chain owner to shin_audit;
alter table audit_pending owner to shin_audit;
alter function audit_append() owner to shin_audit;
alter function audit_refuse() owner to shin_audit;
revoke all on audit_events, audit_heads, audit_chain, audit_pending from public, shin_app;
grant select on audit_events, audit_chain to shin_app;
grant select, insert on audit_heads, audit_pending to shin_app;

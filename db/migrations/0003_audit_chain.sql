CREATE TABLE "audit_chain" (
	"id" integer PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL,
	"started_after" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_heads" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"key_id" text NOT NULL,
	"public_key" text NOT NULL,
	"signature" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_pending" (
	"id" text PRIMARY KEY NOT NULL,
	"event" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_events" ALTER COLUMN "seq" SET DATA TYPE bigint;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "actor_auth" text;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "previous_hash" text;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "audit_events" ALTER COLUMN "seq" DROP DEFAULT;--> statement-breakpoint
DROP SEQUENCE IF EXISTS "audit_events_seq_seq";--> statement-breakpoint
-- Events from before have no hash; the chain begins after them, and its first link says where that is.
INSERT INTO "audit_chain" ("id", "seq", "hash", "started_after")
SELECT 1, n, encode(sha256(convert_to('shin audit chain, started after ' || n, 'UTF8')), 'hex'), n
FROM (SELECT coalesce(max("seq"), 0) AS n FROM "audit_events") AS last;--> statement-breakpoint
-- Runs while the transaction commits, so that the chain's one row is locked for no longer than that, and always last:
-- no two transactions can wait for each other over it. Its owner's rights count, so the gateway needs none to write events.
CREATE FUNCTION "audit_append"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  chain audit_chain%ROWTYPE;
  number bigint;
  at timestamptz;
  record_hash text;
  e jsonb;
BEGIN
  SELECT * INTO STRICT chain FROM audit_chain WHERE id = 1 FOR UPDATE;
  number := chain.seq + 1;
  at := date_trunc('milliseconds', clock_timestamp());
  -- The members stand in the order of their names: this is the canonical JSON of the record without its hash.
  record_hash := encode(sha256(convert_to(
    '{"event":' || NEW.event || ',"number":' || number || ',"previous":"' || chain.hash || '","time":"'
    || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}', 'UTF8')), 'hex');
  e := NEW.event::jsonb;
  INSERT INTO audit_events (seq, id, at, actor_kind, actor_id, actor_auth, claimed_by, action, target_kind, target_id,
    before, after, outcome, reason, ip, request_id, previous_hash, hash)
  VALUES (number, e ->> 'id', at, e #>> '{actor,kind}', e #>> '{actor,id}', e #>> '{actor,auth}', e #>> '{actor,claimedBy}',
    e ->> 'action', e #>> '{target,kind}', e #>> '{target,id}', nullif(e -> 'before', 'null'), nullif(e -> 'after', 'null'),
    e ->> 'outcome', e ->> 'reason', e #>> '{actor,ip}', e ->> 'requestId', chain.hash, record_hash);
  UPDATE audit_chain SET seq = number, hash = record_hash WHERE id = 1;
  DELETE FROM audit_pending WHERE id = NEW.id;
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "audit_append" AFTER INSERT ON "audit_pending"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "audit_append"();--> statement-breakpoint
CREATE FUNCTION "audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: what the audit log holds is never changed or removed', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;--> statement-breakpoint
CREATE TRIGGER "audit_kept" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();--> statement-breakpoint
CREATE TRIGGER "audit_kept" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_heads"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"();

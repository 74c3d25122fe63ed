CREATE TABLE "access_review_items" (
	"review_id" text NOT NULL,
	"user_id" text NOT NULL,
	"seen" jsonb NOT NULL,
	"decision" text,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	"note" text,
	CONSTRAINT "access_review_items_review_id_user_id_pk" PRIMARY KEY("review_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "access_reviews" (
	"id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"started_by" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_by" text,
	"finished_at" timestamp with time zone,
	"record" jsonb
);
--> statement-breakpoint
CREATE TABLE "attestations" (
	"id" text PRIMARY KEY NOT NULL,
	"check_id" text NOT NULL,
	"kind" text NOT NULL,
	"statement" text NOT NULL,
	"document" text,
	"by_user" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"withdrawn_by" text
);
--> statement-breakpoint
CREATE TABLE "budget_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"amount_nano_usd" bigint NOT NULL,
	"until_at" timestamp with time zone,
	"reason" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	"decision_reason" text,
	"granted_nano_usd" bigint,
	"granted_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "check_results" (
	"check_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	"result" text NOT NULL,
	"evidence" jsonb NOT NULL,
	CONSTRAINT "check_results_check_id_at_pk" PRIMARY KEY("check_id","at")
);
--> statement-breakpoint
CREATE TABLE "freezes" (
	"id" text PRIMARY KEY NOT NULL,
	"incident_id" text,
	"scope_kind" text NOT NULL,
	"scope_id" text NOT NULL,
	"key_ids" text[] DEFAULT '{}' NOT NULL,
	"reason" text NOT NULL,
	"reason_shown" boolean DEFAULT false NOT NULL,
	"by" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"lifted_by" text,
	"lifted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "incident_steps" (
	"incident_id" text NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"by" text NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "incident_steps_incident_id_number_pk" PRIMARY KEY("incident_id","number")
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"drill" boolean DEFAULT false NOT NULL,
	"reason" text NOT NULL,
	"scope" jsonb NOT NULL,
	"impact" jsonb,
	"opened_by" text NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"approved_by" text,
	"approved_at" timestamp with time zone,
	"closed_by" text,
	"closed_at" timestamp with time zone,
	"evidence" jsonb
);
--> statement-breakpoint
CREATE TABLE "key_networks" (
	"key_id" text NOT NULL,
	"network" text NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "key_networks_key_id_network_pk" PRIMARY KEY("key_id","network")
);
--> statement-breakpoint
CREATE TABLE "master_keys" (
	"hash" text PRIMARY KEY NOT NULL,
	"length" integer NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"alone" boolean DEFAULT false NOT NULL,
	"uses" bigint DEFAULT 0 NOT NULL,
	"uses_after_rotation" bigint DEFAULT 0 NOT NULL,
	"last_used_at" timestamp with time zone,
	"clients" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_file_parts" (
	"job_id" text NOT NULL,
	"part" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "job_file_parts_job_id_part_pk" PRIMARY KEY("job_id","part")
);
--> statement-breakpoint
CREATE TABLE "job_files" (
	"job_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"content_type" text NOT NULL,
	"size_bytes" bigint DEFAULT 0 NOT NULL,
	"sha256" text,
	"expires_at" timestamp with time zone NOT NULL,
	"link_hash" text
);
--> statement-breakpoint
CREATE TABLE "alert_channels" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"settings" jsonb NOT NULL,
	"sealed" text,
	"events" text[] DEFAULT '{}' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"tested_at" timestamp with time zone,
	"test_result" text,
	"created_by" text NOT NULL,
	"updated_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_deliveries" (
	"alert_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"error" text,
	CONSTRAINT "alert_deliveries_alert_id_channel_id_pk" PRIMARY KEY("alert_id","channel_id")
);
--> statement-breakpoint
CREATE TABLE "backups" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"file" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"verified_at" timestamp with time zone,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "saved_views" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"page" text NOT NULL,
	"name" text NOT NULL,
	"query" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "call_contents" (
	"record_id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"end_user" text,
	"user_id" text DEFAULT '' NOT NULL,
	"sealed_request" text NOT NULL,
	"sealed_answer" text,
	"format" smallint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"subject_kind" text NOT NULL,
	"pseudonym" text NOT NULL,
	"subject_hashes" text[] NOT NULL,
	"certificate" jsonb
);
--> statement-breakpoint
CREATE TABLE "privacy_holds" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"reason" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"ended_by" text,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "privacy_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"pseudonym" text,
	"drill" boolean DEFAULT false NOT NULL,
	"step" text NOT NULL,
	"identified_by" text,
	"note" text,
	"located" jsonb,
	"decision" jsonb,
	"assignee" text,
	"approved_by" text,
	"approved_at" timestamp with time zone,
	"job_id" text,
	"certificate" jsonb,
	"received_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"extended_reason" text,
	"finished_at" timestamp with time zone,
	"outcome" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subject_keys" (
	"pseudonym" text PRIMARY KEY NOT NULL,
	"subject_hash" text,
	"sealed_key" text,
	"created_at" timestamp with time zone NOT NULL,
	"destroyed_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "virtual_keys" ADD COLUMN "auto_rotate" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "virtual_keys" ADD COLUMN "rotation_interval" text;--> statement-breakpoint
ALTER TABLE "virtual_keys" ADD COLUMN "rotate_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "virtual_keys" ADD COLUMN "collect_by" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "kind" text DEFAULT 'person' NOT NULL;--> statement-breakpoint
ALTER TABLE "alerts" ADD COLUMN "severity" text DEFAULT 'warning' NOT NULL;--> statement-breakpoint
ALTER TABLE "alerts" ADD COLUMN "resolved_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "unique_key" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "input" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "result" jsonb;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "error" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "started_by" text DEFAULT 'system' NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "held_by" text;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "held_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "cancel_asked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "started_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "finished_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "job_file_parts" ADD CONSTRAINT "job_file_parts_job_id_job_files_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."job_files"("job_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attestations_check" ON "attestations" USING btree ("check_id","at");--> statement-breakpoint
CREATE INDEX "budget_requests_state" ON "budget_requests" USING btree ("state","requested_at");--> statement-breakpoint
CREATE INDEX "check_results_at" ON "check_results" USING btree ("at");--> statement-breakpoint
CREATE INDEX "alert_deliveries_state" ON "alert_deliveries" USING btree ("state","at");--> statement-breakpoint
CREATE UNIQUE INDEX "saved_views_name" ON "saved_views" USING btree ("user_id","page","name");--> statement-breakpoint
CREATE INDEX "call_contents_at" ON "call_contents" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "privacy_holds_running" ON "privacy_holds" USING btree ("kind","subject_kind","subject_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "privacy_requests_due" ON "privacy_requests" USING btree ("finished_at","due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "subject_keys_hash" ON "subject_keys" USING btree ("subject_hash");--> statement-breakpoint
CREATE INDEX "jobs_created" ON "jobs" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_unique" ON "jobs" USING btree ("unique_key") WHERE state in ('queued', 'running');--> statement-breakpoint
ALTER TABLE "job_files" ADD COLUMN "link_expires_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "job_files" ADD COLUMN "link_used_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "privacy_holds" ADD COLUMN "review_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "privacy_holds" ADD COLUMN "end_asked_by" text;--> statement-breakpoint
ALTER TABLE "privacy_holds" ADD COLUMN "end_asked_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "spend_records_client" ON "spend_records" USING btree ("client_request_id") WHERE client_request_id is not null;--> statement-breakpoint
CREATE INDEX "spend_records_response" ON "spend_records" USING btree ("response_id") WHERE response_id is not null;--> statement-breakpoint
CREATE INDEX "spend_hourly_user" ON "spend_hourly" USING btree ("user_id","hour");--> statement-breakpoint
CREATE INDEX "spend_hourly_team" ON "spend_hourly" USING btree ("team_id","hour") WHERE team_id <> '';--> statement-breakpoint
CREATE INDEX "spend_hourly_model" ON "spend_hourly" USING btree ("model_group","hour");--> statement-breakpoint
CREATE INDEX "spend_hourly_refused" ON "spend_hourly" USING btree ("hour") WHERE refusals > 0;--> statement-breakpoint
CREATE INDEX "spend_hourly_failed" ON "spend_hourly" USING btree ("hour") WHERE failures > 0;--> statement-breakpoint
CREATE TABLE "spend_spans" (
	"starts_at" timestamp with time zone PRIMARY KEY NOT NULL,
	"ends_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "spend_span_sums" (
	"starts_at" timestamp with time zone NOT NULL,
	"dimension" text NOT NULL,
	"id" text NOT NULL,
	"requests" bigint NOT NULL,
	"failures" bigint NOT NULL,
	"refusals" bigint NOT NULL,
	"prompt_tokens" bigint NOT NULL,
	"completion_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"cost_nano_usd" bigint NOT NULL,
	CONSTRAINT "spend_span_sums_starts_at_dimension_id_pk" PRIMARY KEY("starts_at","dimension","id")
);
--> statement-breakpoint
ALTER TABLE "spend_span_sums" ADD CONSTRAINT "spend_span_sums_starts_at_spend_spans_starts_at_fk" FOREIGN KEY ("starts_at") REFERENCES "public"."spend_spans"("starts_at") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- What is written into a day that is summed already takes the sums away, whoever writes it. The lock is shared among
-- writers; who sums a day holds it alone, and so reads every hour that was written before. 7446002: any number of our own.
CREATE FUNCTION "spend_hour_late"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	late timestamptz := CASE TG_OP WHEN 'DELETE' THEN OLD.hour ELSE NEW.hour END;
BEGIN
	PERFORM pg_advisory_xact_lock_shared(7446002);
	DELETE FROM spend_spans WHERE starts_at <= late AND ends_at > late;
	RETURN NULL;
END $$;--> statement-breakpoint
-- Calls of now never get this far: only days that ended two hours ago are summed.
CREATE TRIGGER "spend_hour_late" AFTER INSERT OR UPDATE ON "spend_hourly"
	FOR EACH ROW WHEN (NEW.hour < now() - interval '2 hours') EXECUTE FUNCTION "spend_hour_late"();--> statement-breakpoint
CREATE TRIGGER "spend_hour_gone" AFTER DELETE ON "spend_hourly"
	FOR EACH ROW WHEN (OLD.hour < now() - interval '2 hours') EXECUTE FUNCTION "spend_hour_late"();

CREATE TABLE "budgets" (
	"id" text PRIMARY KEY NOT NULL,
	"max_budget_nano_usd" bigint,
	"soft_budget_nano_usd" bigint,
	"budget_duration" text,
	"rpm_limit" bigint,
	"tpm_limit" bigint,
	"max_parallel_requests" integer,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "virtual_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"secret_hash" text NOT NULL,
	"secret_start" text NOT NULL,
	"secret_last4" text NOT NULL,
	"previous_secret_hash" text,
	"previous_secret_expires_at" timestamp with time zone,
	"alias" text,
	"user_id" text,
	"team_id" text,
	"organization_id" text,
	"models" text[] DEFAULT '{}' NOT NULL,
	"aliases" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"expires_at" timestamp with time zone,
	"duration" text,
	"rpm_limit" bigint,
	"tpm_limit" bigint,
	"max_parallel_requests" integer,
	"max_budget_nano_usd" bigint,
	"soft_budget_nano_usd" bigint,
	"budget_duration" text,
	"budget_id" text,
	"spend_nano_usd" bigint DEFAULT 0 NOT NULL,
	"spend_period_started_at" timestamp with time zone,
	"allowed_routes" text[] DEFAULT '{}' NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"permissions" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"rotation_count" integer DEFAULT 0 NOT NULL,
	"last_rotated_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"updated_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	"deleted_by" text
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"team_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text DEFAULT 'user' NOT NULL,
	"max_budget_nano_usd" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_team_id_user_id_pk" PRIMARY KEY("team_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"id" text PRIMARY KEY NOT NULL,
	"alias" text,
	"models" text[] DEFAULT '{}' NOT NULL,
	"rpm_limit" bigint,
	"tpm_limit" bigint,
	"max_parallel_requests" integer,
	"max_budget_nano_usd" bigint,
	"soft_budget_nano_usd" bigint,
	"budget_duration" text,
	"spend_nano_usd" bigint DEFAULT 0 NOT NULL,
	"spend_period_started_at" timestamp with time zone,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text,
	"alias" text,
	"role" text DEFAULT 'internal_user' NOT NULL,
	"models" text[] DEFAULT '{}' NOT NULL,
	"rpm_limit" bigint,
	"tpm_limit" bigint,
	"max_parallel_requests" integer,
	"max_budget_nano_usd" bigint,
	"soft_budget_nano_usd" bigint,
	"budget_duration" text,
	"spend_nano_usd" bigint DEFAULT 0 NOT NULL,
	"spend_period_started_at" timestamp with time zone,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "spend_hourly" (
	"hour" timestamp with time zone NOT NULL,
	"key_id" text NOT NULL,
	"user_id" text NOT NULL,
	"team_id" text NOT NULL,
	"model_group" text NOT NULL,
	"provider" text NOT NULL,
	"requests" bigint NOT NULL,
	"failures" bigint NOT NULL,
	"refusals" bigint NOT NULL,
	"prompt_tokens" bigint NOT NULL,
	"completion_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"cost_nano_usd" bigint NOT NULL,
	CONSTRAINT "spend_hourly_hour_key_id_user_id_team_id_model_group_provider_pk" PRIMARY KEY("hour","key_id","user_id","team_id","model_group","provider")
);
--> statement-breakpoint
CREATE TABLE "spend_records" (
	"id" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"outcome" text,
	"instance_id" text NOT NULL,
	"instance_boot" integer NOT NULL,
	"call_type" text NOT NULL,
	"status_code" smallint,
	"key_id" text NOT NULL,
	"user_id" text DEFAULT '' NOT NULL,
	"team_id" text DEFAULT '' NOT NULL,
	"end_user" text,
	"model" text NOT NULL,
	"model_group" text NOT NULL,
	"deployment_id" text DEFAULT '' NOT NULL,
	"provider" text DEFAULT '' NOT NULL,
	"upstream_model" text,
	"stream" boolean DEFAULT false NOT NULL,
	"prompt_tokens" bigint DEFAULT 0 NOT NULL,
	"completion_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_read_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write_tokens" bigint DEFAULT 0 NOT NULL,
	"reasoning_tokens" bigint DEFAULT 0 NOT NULL,
	"usage_source" text DEFAULT 'none' NOT NULL,
	"cost_nano_usd" bigint DEFAULT 0 NOT NULL,
	"unpriced" boolean DEFAULT false NOT NULL,
	"key_period_started_at" timestamp with time zone,
	"user_period_started_at" timestamp with time zone,
	"team_period_started_at" timestamp with time zone,
	"duration_ms" real,
	"first_byte_ms" real,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"ip" text,
	"client_request_id" text,
	"response_id" text,
	"error_code" text,
	"rule" text,
	"tags" text[],
	"metadata" jsonb,
	CONSTRAINT "spend_records_id_started_at_pk" PRIMARY KEY("id","started_at"),
	CONSTRAINT "spend_records_amounts" CHECK ("cost_nano_usd" >= 0 AND "prompt_tokens" >= 0 AND "completion_tokens" >= 0)
) PARTITION BY RANGE ("started_at");
--> statement-breakpoint
CREATE TABLE "spend_records_default" PARTITION OF "spend_records" DEFAULT;
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"claimed_by" text,
	"action" text NOT NULL,
	"target_kind" text NOT NULL,
	"target_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"outcome" text NOT NULL,
	"ip" text,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"progress" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"run_after" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_by" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "virtual_keys_secret_hash" ON "virtual_keys" USING btree ("secret_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "virtual_keys_previous_secret_hash" ON "virtual_keys" USING btree ("previous_secret_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "virtual_keys_alias" ON "virtual_keys" USING btree ("alias") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "virtual_keys_user" ON "virtual_keys" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "virtual_keys_team" ON "virtual_keys" USING btree ("team_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "spend_hourly_key" ON "spend_hourly" USING btree ("key_id","hour");--> statement-breakpoint
CREATE INDEX "spend_records_key" ON "spend_records" USING btree ("key_id","started_at");--> statement-breakpoint
CREATE INDEX "audit_events_target" ON "audit_events" USING btree ("target_kind","target_id");--> statement-breakpoint
CREATE INDEX "audit_events_at" ON "audit_events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "jobs_due" ON "jobs" USING btree ("state","run_after");--> statement-breakpoint
CREATE INDEX "spend_records_interrupted" ON "spend_records" USING btree ("instance_id","instance_boot") WHERE state = 'started';--> statement-breakpoint
-- Counters change with every flush: room on the page keeps those updates out of the indexes.
ALTER TABLE "virtual_keys" SET (fillfactor = 60);--> statement-breakpoint
ALTER TABLE "users" SET (fillfactor = 60);--> statement-breakpoint
ALTER TABLE "teams" SET (fillfactor = 60);--> statement-breakpoint
ALTER TABLE "spend_hourly" SET (fillfactor = 60);--> statement-breakpoint
CREATE VIEW "request_log" AS
SELECT
	"started_at" AS "timestamp",
	coalesce("end_user", "user_id") AS "user",
	"user_id",
	"model",
	"prompt_tokens" + "completion_tokens" AS "tokens",
	"prompt_tokens",
	"completion_tokens",
	"prompt_tokens" + "completion_tokens" AS "total_tokens",
	"cost_nano_usd" / 1000000000.0 AS "cost",
	"duration_ms" / 1000.0 AS "latency",
	"status_code"
FROM "spend_records";

CREATE TABLE "end_users" (
	"id" text PRIMARY KEY NOT NULL,
	"alias" text,
	"budget_id" text,
	"models" text[] DEFAULT '{}' NOT NULL,
	"rpm_limit" bigint,
	"tpm_limit" bigint,
	"max_parallel_requests" integer,
	"max_budget_nano_usd" bigint,
	"soft_budget_nano_usd" bigint,
	"budget_duration" text,
	"limits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"default_model" text
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text,
	"budget_id" text,
	"models" text[] DEFAULT '{}' NOT NULL,
	"rpm_limit" bigint,
	"tpm_limit" bigint,
	"max_parallel_requests" integer,
	"max_budget_nano_usd" bigint,
	"soft_budget_nano_usd" bigint,
	"budget_duration" text,
	"limits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "budget_spend" (
	"kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"budget" text NOT NULL,
	"period_started_at" timestamp with time zone NOT NULL,
	"spend_nano_usd" bigint NOT NULL,
	CONSTRAINT "budget_spend_kind_subject_id_budget_period_started_at_pk" PRIMARY KEY("kind","subject_id","budget","period_started_at")
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"subject_name" text NOT NULL,
	"cause" text NOT NULL,
	"message" text NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stored_deployments" (
	"id" text PRIMARY KEY NOT NULL,
	"model_name" text NOT NULL,
	"params" jsonb NOT NULL,
	"sealed" text,
	"model_info" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_by" text NOT NULL,
	"updated_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "budgets" ADD COLUMN "limits" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "budgets" ADD COLUMN "updated_by" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "virtual_keys" ADD COLUMN "limits" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "budget_duration" text;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "rpm_limit" bigint;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "tpm_limit" bigint;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "budget_id" text;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "limits" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "member_defaults" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "member_permissions" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "limits" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "spend_records" ADD COLUMN "charges" jsonb;--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_once" ON "alerts" USING btree ("kind","subject_kind","subject_id","cause");--> statement-breakpoint
CREATE INDEX "alerts_at" ON "alerts" USING btree ("at");
/** The registry's part about governing: jobs, privacy requests, checks, incidents, reviews, alerts' ways out, backups. */
import {
  ACCOUNT,
  AUDIT,
  CONTENTS,
  COUNTS,
  erased,
  GOVERN,
  NETWORKS,
  notPersonal,
  pseudonymised,
  REPLAYS,
  type Table,
  TECHNICAL,
  TIMES,
  told,
} from "./handling.ts";

export const GOVERN_DATA = {
  jobs: {
    ...notPersonal("work of the gateway's own", "id", "kind", "state", "attempts", "held_by"),
    // A job may be about a person: an export, an erasure.
    ...erased(ACCOUNT, "progress", "input", "result", "error", "unique_key"),
    ...pseudonymised(AUDIT, "started_by"),
    ...notPersonal(TIMES, "held_until", "cancel_asked_at", "run_after", "started_at", "finished_at"),
    ...notPersonal(TIMES, "created_at", "updated_at"),
  },
  job_files: {
    ...erased(ACCOUNT, "name", "sha256", "link_hash"),
    ...notPersonal(TECHNICAL, "job_id", "content_type", "size_bytes"),
    ...notPersonal(TIMES, "expires_at", "link_expires_at", "link_used_at"),
  },
  job_file_parts: {
    ...notPersonal(TECHNICAL, "job_id", "part"),
    ...erased(ACCOUNT, "bytes"),
  },
  idempotent_requests: {
    ...notPersonal(
      "hashes under a key of the gateway's own, and the request's id",
      "id",
      "fingerprint",
      "request_id",
    ),
    ...notPersonal(TECHNICAL, "acted"),
    // What an admin was answered may name anybody: any erasure takes all of them away.
    ...erased(REPLAYS, "answer"),
    ...notPersonal(TIMES, "held_until", "created_at"),
  },
  privacy_requests: {
    ...notPersonal("what was asked for, and how far it is", "id", "type", "subject_kind", "drill", "step"),
    ...pseudonymised(GOVERN, "subject_id", "assignee", "approved_by", "created_by"),
    ...erased(GOVERN, "identified_by", "note", "extended_reason"),
    ...told(GOVERN, "received_at", "due_at", "outcome"),
    ...notPersonal("counts and decisions without names", "located", "decision", "certificate", "pseudonym"),
    ...notPersonal(TECHNICAL, "job_id"),
    ...notPersonal(TIMES, "approved_at", "finished_at", "created_at", "updated_at"),
  },
  subject_keys: {
    ...notPersonal("a random name in place of the person's", "pseudonym"),
    ...erased(AUDIT, "subject_hash", "sealed_key"),
    ...notPersonal(TIMES, "created_at", "destroyed_at"),
  },
  privacy_holds: {
    ...notPersonal("which hold it is", "id", "kind", "subject_kind"),
    ...pseudonymised(GOVERN, "subject_id", "created_by", "end_asked_by", "ended_by"),
    ...erased(GOVERN, "reason"),
    ...notPersonal(TIMES, "created_at", "review_at", "end_asked_at", "ended_at"),
  },
  erasures: notPersonal(
    "hashes under a key of the gateway's own, which find a person again in a backup and nowhere else",
    "id",
    "at",
    "subject_kind",
    "pseudonym",
    "subject_hashes",
    "certificate",
  ),
  call_contents: {
    ...notPersonal("the spend record's random id", "record_id"),
    ...told(CONTENTS, "at", "end_user", "user_id", "sealed_request", "sealed_answer"),
    ...notPersonal(TECHNICAL, "format"),
  },
  check_results: {
    ...notPersonal("how a check of the gateway went", "check_id", "at", "run_id", "result", "evidence"),
  },
  attestations: {
    ...notPersonal("what is attested", "id", "check_id", "kind", "statement", "document"),
    ...pseudonymised(GOVERN, "by_user", "withdrawn_by"),
    ...notPersonal(TIMES, "at", "expires_at", "withdrawn_at"),
  },
  incidents: {
    ...notPersonal("what happened to the gateway", "id", "state", "drill", "evidence"),
    // Whose keys were concerned, by name and address.
    ...erased(GOVERN, "scope", "reason", "impact"),
    ...pseudonymised(GOVERN, "opened_by", "approved_by", "closed_by"),
    ...notPersonal(TIMES, "opened_at", "approved_at", "closed_at"),
  },
  incident_steps: {
    ...notPersonal("a step of an incident", "incident_id", "number", "at", "action", "outcome"),
    ...pseudonymised(GOVERN, "by"),
    ...erased(GOVERN, "detail"),
  },
  freezes: {
    ...notPersonal("what is frozen", "id", "incident_id", "scope_kind", "key_ids", "reason_shown"),
    ...pseudonymised(GOVERN, "scope_id", "by", "lifted_by"),
    ...erased(GOVERN, "reason"),
    ...notPersonal(TIMES, "at", "lifted_at"),
  },
  master_keys: {
    ...notPersonal(
      "a hash of the gateway's own key",
      "hash",
      "length",
      "uses",
      "uses_after_rotation",
      "alone",
    ),
    ...pseudonymised(AUDIT, "created_by"),
    ...erased(AUDIT, "clients"),
    ...notPersonal(TIMES, "first_seen_at", "valid_until", "last_used_at"),
  },
  key_networks: {
    ...notPersonal("a random id; its owner is in virtual_keys", "key_id"),
    ...erased(NETWORKS, "network"),
    ...notPersonal(TIMES, "first_seen_at", "last_seen_at"),
  },
  access_reviews: {
    ...notPersonal("a review", "id", "state"),
    ...pseudonymised(GOVERN, "started_by", "finished_by"),
    ...erased(GOVERN, "record"),
    ...notPersonal(TIMES, "started_at", "finished_at"),
  },
  access_review_items: {
    ...notPersonal("which review, and what was decided", "review_id", "decision"),
    ...pseudonymised(GOVERN, "user_id", "decided_by"),
    ...erased(GOVERN, "seen", "note"),
    ...notPersonal(TIMES, "decided_at"),
  },
  budget_requests: {
    ...notPersonal("what was asked for and decided", "id", "state", "subject_kind"),
    ...pseudonymised(GOVERN, "subject_id", "requested_by", "decided_by"),
    ...erased(GOVERN, "reason", "decision_reason"),
    ...notPersonal(COUNTS, "amount_nano_usd", "granted_nano_usd"),
    ...notPersonal(TIMES, "until_at", "requested_at", "decided_at", "granted_until"),
  },
  alert_channels: {
    ...notPersonal("where alerts go", "id", "kind", "events", "enabled", "test_result"),
    // Recipients stand in them.
    ...erased(ACCOUNT, "name", "settings", "sealed"),
    ...pseudonymised(AUDIT, "created_by", "updated_by"),
    ...notPersonal(TIMES, "tested_at", "created_at", "updated_at"),
  },
  alert_deliveries: notPersonal(TECHNICAL, "alert_id", "channel_id", "state", "attempts", "at", "error"),
  backups: notPersonal(
    "a file of everything, listed with the day it ages out",
    "id",
    "at",
    "file",
    "size_bytes",
    "sha256",
    "verified_at",
    "removed_at",
  ),
  saved_views: {
    ...notPersonal("a random id", "id"),
    ...told(ACCOUNT, "user_id", "page", "name", "query", "created_at"),
  },
} as const satisfies Readonly<Record<string, Table>>;

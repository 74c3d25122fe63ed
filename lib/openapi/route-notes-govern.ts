/** What the API reference says about routes of the audit log, alerts, jobs, privacy, compliance and incidents. */

export const GOVERN_NOTES: Readonly<Record<string, string>> = {
  "GET /cron/upkeep":
    "for a platform's scheduler (`Authorization: Bearer` and CRON_SECRET): makes the days ahead, drops those past retention; 404 while CRON_SECRET is not set",
  "GET /cron/jobs": "the same: begins the jobs that are due and works for up to 45 s",
  "GET /cron/alerts":
    "the same: looks for what to raise an alert about, sends alerts, and records of calls to callbacks",
  "GET /cron/sign": "the same: signs the head of the audit log",
  "GET /cron/reconcile": "the same: compares counters of budgets with the ledger",
  "GET /alerts": "what was raised, the newest first, and how many channels have it",
  "GET /alerts/channels": "where alerts go; addresses and secrets are not told again",
  "POST /alerts/channels/new": "makes a channel: a signed webhook, a Slack-shaped one, or mail",
  "POST /alerts/channels/update": "changes what is sent and nothing else",
  "POST /alerts/channels/delete": "deletes it; what still waited for it is not sent",
  "GET /callbacks": "where records of calls are sent, up to when, and what is wrong",
  "POST /callbacks/test": "sends a destination a record of no call and says how that went",
  "POST /alerts/channels/test": "sends it a message of its own and says how that went",
  "GET /access-reviews":
    "access reviews, the newest first, with how many accounts are kept, removed and undecided",
  "POST /access-reviews": "begins a review of everybody who has access; one is open at a time",
  "GET /access-reviews/{id}": "one review with its accounts as they were when it began, and what was decided",
  "POST /access-reviews/{id}/decide":
    "keeps or removes one account, with a note; a removal waits for the end",
  "POST /access-reviews/{id}/finish":
    "when all are decided: blocks whom the review removes, disables their keys, and signs the record",
  "POST /access-reviews/{id}/abandon": "ends a review without a record; nobody is removed",
  "GET /access-reviews/{id}/record": "the signed record of a finished review, for `GET /audit/key` to check",
  "GET /jobs": "jobs of the caller, the newest first; all of them for admins and viewers",
  "GET /jobs/{id}": "one of them: state, progress, rate, result, and the file it made",
  "POST /jobs/{id}/cancel": "stops a job: one that waits at once, one that runs at its next step",
  "GET /jobs/{id}/file":
    "the file a job made, for who started it and admins; with `?link=` and its secret for whoever has that, once",
  "POST /exports":
    "begins an export of calls or of usage as CSV, JSON or FOCUS-shaped CSV; answers the job that writes it",
  "GET /audit":
    "who changed what, the newest first: `limit`, `before` (a number), `action`, `target_kind`, `target_id`, `actor_kind` with `actor_id`, `outcome`, `search`",
  "GET /audit/verify":
    "walks the whole chain and names the first record that is wrong; `progress=true` for JSON lines on the way, `key` to trust a former key's heads",
  "GET /audit/export":
    "the whole chain as JSON lines with its signed heads, public key and signed manifest: verifies offline, see docs/audit.md",
  "GET /audit/key": "the public key that signs the audit log; anybody may know it",
  "GET /incident/status": "what is frozen now, and the open incidents; also for the DPO at the console",
  "GET /incident/list": "incidents, open ones first: `state`, `page`, `limit`",
  "POST /incident/impact":
    "the keys of a scope, how busy they are, whose they are, and what must be typed to revoke them",
  "POST /incident/freeze":
    "denies the calls of a scope on every instance within a second: `{scope: {kind, id}, reason}`; `kind` is key, team, user, ip, created_since, all or master_key",
  "POST /incident/unfreeze":
    "lets them on again: one of `freeze_id`, `incident_id` and `all: true`, with a reason",
  "POST /incident/open": "opens an incident, or with `drill: true` an exercise that has no effect",
  "GET /incident/{id}": "an incident with its steps and freezes",
  "GET /incident/{id}/evidence":
    "a signed ZIP: the incident, its timeline, the revoked keys, and the audit events of the span; `shin incident verify` checks it offline",
  "POST /incident/{id}/approve": "a second person's consent, at the console",
  "POST /incident/{id}/run":
    "freezes, revokes, replaces the master key, ends sessions, stops exports, as `actions` say; `phrase` confirms what cannot be undone",
  "POST /incident/{id}/close": "closes an incident whose freezes are lifted",
  "GET /master_key/info":
    "the master keys that count or counted: age, until when, uses, and who uses a replaced one; never a key",
  "POST /master_key/rotate":
    "makes `new_key` the master key, or one of its own, shown this once; the old one goes on for `grace_period` (24h) on every instance. With `new_key` it may be asked again when the answer was lost",
  "POST /master_key/finish": "ends replaced master keys now",
  "GET /privacy/requests":
    "requests of people about their data: open ones first, by the day they are due; `state`, `type`, `page`, `page_size`",
  "POST /privacy/requests": "takes a request in; it must be answered within a month of `received_at`",
  "GET /privacy/requests/{id}": "one request with its step, its job and its certificate",
  "POST /privacy/requests/{id}/identify": "writes down how the person was identified",
  "POST /privacy/requests/{id}/locate": "counts the person's records, store by store; 404 when there is none",
  "POST /privacy/requests/{id}/decide": "grants it or refuses it with a ground",
  "POST /privacy/requests/{id}/approve":
    "the second person's yes; not for whoever took it in or decided it, nor for whom it is about, nor with the master key",
  "POST /privacy/requests/{id}/run":
    "begins the export or the erasure as a job; restricts or corrects at once; again after a job that failed",
  "POST /privacy/requests/{id}/extend": "two months more, once, with the reason that the person is told",
  "POST /privacy/requests/{id}/close": "ends it without doing anything, such as `no_data_held`",
  "POST /privacy/requests/{id}/withdraw": "the person takes it back",
  "POST /privacy/requests/{id}/link":
    "a link to the export that needs no sign-in, shown this once; it opens the file once, within 15 minutes, and ends the link before it",
  "POST /privacy/download": "the file behind such a link, once; the secret is sent in the body",
  "POST /privacy/verify": "says whether a certificate or an export's manifest is genuine; anybody may ask",
  "GET /privacy/retention":
    "how long each store keeps what it holds, when it was last purged and how much went",
  "POST /privacy/retention": 'sets days by store: `{"days": {"records": 30}}`; null for the default',
  "POST /privacy/retention/preview":
    "how much would go now, with these days or as they are set; removes nothing",
  "POST /privacy/retention/run": "begins the daily purge now",
  "GET /privacy/contents":
    "whether prompts and answers are kept, for how long, how many, and who opened which of them and why",
  "GET /privacy/contents/{id}":
    "whether what was said in a call is kept, and who opened it; not what was said",
  "POST /privacy/contents/{id}/unlock":
    "break-glass: opens a call's prompt and answer to who asks, for 15 minutes and with a reason of 10 characters or more; an event and an alert tell of it",
  "POST /privacy/contents/{id}/approve":
    "the second person's yes where `content_second_person` is set; not for who asked, nor with the master key",
  "POST /privacy/contents/{id}/read":
    "the prompt and the answer, for who opened them; each reading is an event in its own transaction",
  "GET /privacy/records": "the record of processing activities, from the registry; `format=csv` as a table",
  "GET /compliance":
    "how every check stands, with its evidence, and the score by framework; for admins, auditors and data protection",
  "GET /compliance/checks/{check}": "one check with its history and what people said of it",
  "GET /compliance/history": "how many checks stood how at the end of each day",
  "GET /compliance/report":
    "the whole report with a manifest signed by the audit key; reading it is an event",
  "POST /compliance/run": "looks at checks anew; `job_id` names what still runs after eight seconds",
  "POST /compliance/attest":
    "a person vouches for what the gateway cannot see, for as long as the check allows; the master key has no word",
  "POST /compliance/waive": "sets a check aside with a reason, for at most 180 days",
  "POST /compliance/withdraw": "takes an attestation or a waiver back",
  "POST /compliance/fix": "the fix of one press that some checks have; what it changes is an event",
  "POST /privacy/anonymise_past":
    "begins a job that makes old records and log files what `anonymize_logs` would have made them; 400 while that is off",
  "POST /privacy/drill":
    "leads a made-up person through an export and an erasure, and removes what is left of them",
  "GET /privacy/holds": "legal holds and restrictions that run",
  "POST /privacy/holds":
    "places a legal hold, which stops an erasure and the purge, or a restriction, which stops calls",
  "POST /privacy/holds/end":
    "ends one; a legal hold when a second person confirms within 7 days what the first one asked (`end_asked_by`)",
};

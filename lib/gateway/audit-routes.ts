/** The audit log over HTTP: read, verify, export, and the public key that its heads are signed with. */
import { writeAudit } from "#lib/audit/audit.ts";
import { exportAudit } from "#lib/audit/export.ts";
import { type AskedEvents, readAudit } from "#lib/audit/read.ts";
import { shownValues } from "#lib/audit/shown.ts";
import { pemOf } from "#lib/audit/signing-key.ts";
import { verifyChain } from "#lib/audit/verify.ts";
import { GatewayError } from "../errors.ts";
import { actorOf, queryNumber, queryWord } from "./admin-context.ts";
import type { AuthenticatedContext, GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import { queryText } from "./query-text.ts";
import type { KeyRoute, PublicRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const MOST = 500;

/** The newest first; `before` is the number that the page ends above. */
const list: Run = async (deps, context) => {
  const limit = queryNumber(context, "limit", 50, 1, MOST);
  const before = queryNumber(context, "before", 0, 1, Number.MAX_SAFE_INTEGER);
  const cursor = before === 0 ? null : { older: BigInt(before) };
  const rows = await readAudit(deps, askedEvents(context), cursor, limit + 1);
  const shown = rows.slice(0, limit);
  return json(200, {
    events: shown.map(({ seq, at, before: old, after, ...row }) => ({
      number: Number(seq),
      time: at.toISOString(),
      ...row,
      before: shownValues(old),
      after: shownValues(after),
    })),
    next: rows.length > limit ? Number(shown.at(-1)?.seq) : null,
  });
};

function askedEvents(context: AuthenticatedContext): AskedEvents {
  const filter: AskedEvents = {};
  const given = {
    action: queryText(context, "action"),
    targetKind: queryText(context, "target_kind"),
    targetId: queryText(context, "target_id"),
    outcome: queryWord(context, "outcome", ["ok", "denied"]),
    text: queryText(context, "search"),
  };
  const [kind, id] = [queryText(context, "actor_kind"), queryText(context, "actor_id")];
  if ((kind === undefined) !== (id === undefined))
    throw new GatewayError("invalid_request", "actor_kind and actor_id go together", {
      param: kind === undefined ? "actor_kind" : "actor_id",
    });
  return Object.assign(
    filter,
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    kind === undefined || id === undefined ? {} : { actor: { kind, id } },
  );
}

/**
 * One JSON document, after a line break for each stretch that was walked: a long chain does not look like a dead
 * connection. With `progress=true` JSON lines, the verdict last.
 */
const verify: Run = async (deps, context) => {
  const told = queryWord(context, "progress", ["true", "false"]) === "true";
  const trusted = [deps.auditSigner.key.keyId, ...context.query.getAll("key")];
  const walk = verifyChain(deps.sql, { trusted, nowMs: deps.clock.now() });
  async function* body(): AsyncGenerator<Buffer> {
    let step = await walk.next();
    for (; !step.done; step = await walk.next())
      yield Buffer.from(told ? `${JSON.stringify(step.value)}\n` : "\n");
    yield Buffer.from(`${JSON.stringify(step.value)}\n`);
  }
  const type = told ? "application/jsonl" : "application/json";
  return { status: 200, headers: ["content-type", type, "cache-control", "no-store"], body: body() };
};

/** Reading all of it is an event, too, and is in the file. */
const exportAll: Run = async (deps, context) => {
  const nowMs = deps.clock.now();
  await deps.db.transaction((tx) =>
    writeAudit(tx, actorOf(context), nowMs, {
      action: "audit.export",
      target: { kind: "audit", id: "all" },
      before: null,
      after: null,
    }),
  );
  await deps.auditSigner.signIfWhole();
  return {
    status: 200,
    headers: [
      "content-type",
      "application/jsonl; charset=utf-8",
      "content-disposition",
      'attachment; filename="audit-export.jsonl"',
      "cache-control",
      "no-store",
    ],
    body: exportAudit({ sql: deps.sql, key: deps.auditSigner.key, nowMs }),
  };
};

const key = ({ auditSigner }: GatewayDeps) =>
  json(200, {
    key_id: auditSigner.key.keyId,
    algorithm: "Ed25519",
    public_key: auditSigner.key.publicKey,
    pem: pemOf(auditSigner.key),
  });

const publicKey: PublicRoute = { method: "GET", path: "/audit/key", access: "public", run: key };

export const AUDIT_ROUTES: readonly (KeyRoute | PublicRoute)[] = [
  { method: "GET", path: "/audit", access: "admin", run: list },
  { method: "GET", path: "/audit/verify", access: "admin", run: verify },
  { method: "GET", path: "/audit/export", access: "admin", run: exportAll },
  publicKey,
];

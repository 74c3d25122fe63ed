/** Compliance over HTTP: how the checks stand, their history and report; run them, vouch, waive, fix. */
import { resultHistory, resultsByDay, wordsOf } from "#db/queries/checks.ts";
import { writeAudit } from "#lib/audit/audit.ts";
import { testAlerts } from "#lib/compliance/alert-test.ts";
import { CHECKS, FRAMEWORKS, isOf } from "#lib/compliance/catalogue.ts";
import { type Check, DAY_MS } from "#lib/compliance/check.ts";
import { blockUnused, protectEnv } from "#lib/compliance/fixes.ts";
import { makeReport, signReport } from "#lib/compliance/report.ts";
import { readStandings, runChecks } from "#lib/compliance/run.ts";
import { attestSchema, fixSchema, runSchema, waiveSchema, withdrawSchema } from "#lib/compliance/schema.ts";
import {
  CHECK_IDS,
  inFramework,
  type Standing,
  scoreOf,
  scoreView,
  standingView,
  wordView,
} from "#lib/compliance/standing.ts";
import { attest, requireCheck, waive, withdraw } from "#lib/compliance/words.ts";
import { operationsOf } from "#lib/operations.ts";
import { GatewayError } from "../errors.ts";
import { readBody } from "./admin-body.ts";
import { actorOf, queryNumber, queryWord } from "./admin-context.ts";
import { requireGovernor, requireReader, speakerOf } from "./compliance-access.ts";
import { runAndWait } from "./compliance-run.ts";
import type { GatewayDeps } from "./context.ts";
import { json } from "./http.ts";
import type { KeyRoute } from "./routes.ts";

type Run = KeyRoute["run"];

const STATUSES = ["passed", "attested", "waived", "failed", "unknown", "expired", "not_applicable"] as const;

const list: Run = async (deps, context) => {
  requireReader(context);
  const framework = queryWord(context, "framework", FRAMEWORKS);
  const status = queryWord(context, "status", STATUSES);
  const all = await readStandings(deps);
  const chosen = all.filter(
    (one) =>
      (framework === undefined || isOf(one.check, framework)) &&
      (status === undefined || one.status === status),
  );
  return json(200, {
    score: scoreView(scoreOf(all)),
    frameworks: Object.fromEntries(
      FRAMEWORKS.map((name) => [name, scoreView(scoreOf(inFramework(all, name)))]),
    ),
    checks: chosen.map(standingView),
  });
};

const one: Run = async (deps, context) => {
  requireReader(context);
  const check = requireCheck(context.params["check"] ?? "");
  const limit = queryNumber(context, "limit", 50, 1, 500);
  const history = await resultHistory(deps.sql, check.id, limit);
  return json(200, {
    ...standingView(await standingOfOne(deps, check)),
    history: history.map(({ at, evidence, result, run_id }) => ({
      at: at.toISOString(),
      run_id,
      result,
      evidence: evidence["line"] ?? "",
    })),
    words: (await wordsOf(deps.sql, check.id)).map(wordView),
  });
};

async function standingOfOne(deps: GatewayDeps, { id }: Check): Promise<Standing> {
  const standing = (await readStandings(deps)).find(({ check }) => check.id === id);
  if (!standing) throw new TypeError(`${id} is in no list`);
  return standing;
}

const history: Run = async (deps, context) => {
  requireReader(context);
  const days = queryNumber(context, "days", 30, 1, 400);
  const since = new Date(deps.clock.now() - days * DAY_MS);
  const rows = await resultsByDay(deps.sql, since, context.policy.config.timezone, CHECK_IDS);
  return json(200, { days: rows });
};

/** A report that leaves the house is an event. */
const report: Run = async (deps, context) => {
  requireReader(context);
  const nowMs = deps.clock.now();
  const { production } = context.policy.config;
  const standings = await readStandings(deps);
  const signed = signReport(
    makeReport(standings, { version: deps.version, production, nowMs }),
    deps.auditSigner.key,
    nowMs,
  );
  await deps.db.transaction((tx) =>
    writeAudit(tx, actorOf(context), nowMs, {
      action: "compliance.report",
      target: { kind: "check", id: "all" },
      before: null,
      after: { sha256: signed.manifest.sha256 },
    }),
  );
  return json(200, signed, { "content-disposition": 'attachment; filename="compliance-report.json"' });
};

const run: Run = async (deps, context) => {
  requireGovernor(context);
  const { checks } = await readBody(context, runSchema);
  const chosen = checks ? checks.map(requireCheck) : CHECKS;
  return json(200, await runAndWait(deps, chosen, actorOf(context)));
};

const vouch: Run = async (deps, context) => {
  const speaker = speakerOf(context);
  const { check, document, statement, valid_days } = await readBody(context, attestSchema);
  const said = { checkId: check, statement, document: document || null, validDays: valid_days ?? null };
  const id = await attest(deps, speaker, said);
  return json(200, { id, check: await afterWord(deps, check) });
};

const setAside: Run = async (deps, context) => {
  const speaker = speakerOf(context);
  const { check, reason, valid_days } = await readBody(context, waiveSchema);
  const id = await waive(deps, speaker, {
    checkId: check,
    statement: reason,
    document: null,
    validDays: valid_days,
  });
  return json(200, { id, check: await afterWord(deps, check) });
};

const takeBack: Run = async (deps, context) => {
  const speaker = speakerOf(context);
  const { id } = await readBody(context, withdrawSchema);
  return json(200, { id, check: await afterWord(deps, await withdraw(deps, speaker, id)) });
};

/** Looks again, so that history has the new standing; what sends calls or reads a lot waits for its own run. */
async function afterWord(deps: GatewayDeps, id: string): Promise<Record<string, unknown>> {
  const check = requireCheck(id);
  const looked = check.needs === "gateway" && check.daily ? [] : await runChecks(deps, [check]);
  return standingView(looked[0] ?? (await standingOfOne(deps, check)));
}

const fix: Run = async (deps, context) => {
  requireGovernor(context);
  const { check: id, confirm } = await readBody(context, fixSchema);
  const check = requireCheck(id);
  const actor = actorOf(context);
  const { config } = context.policy;
  switch (check.fix.action?.id) {
    case undefined:
      throw new GatewayError(
        "invalid_request",
        `${check.title} has no fix of one press; its steps say what to do.`,
        {
          param: "check",
        },
      );
    case "block_unused": {
      if (context.session && context.session.role !== "admin")
        throw new GatewayError("not_allowed", "Only an admin may block keys.", { param: "None" });
      const blocked = await blockUnused(operationsOf(deps), deps.sql, actor, confirm ?? null);
      return json(200, { changed: blocked, ...(await runAndWait(deps, [check], actor)) });
    }
    case "protect_env": {
      const changed = await protectEnv(operationsOf(deps), actor, config, process.cwd());
      return json(200, { changed, ...(await runAndWait(deps, [check], actor)) });
    }
    case "test_alerts": {
      const given = { db: deps.db, sql: deps.sql, encryptionKey: config.encryptionKey };
      const changed = await testAlerts({ ...given, posting: deps.alertDesk.posting() }, actor);
      return json(200, { changed, ...(await runAndWait(deps, [check], actor)) });
    }
    case "self_test": {
      const tested = CHECKS.filter(({ fix: { action } }) => action?.id === "self_test");
      return json(200, { changed: 0, ...(await runAndWait(deps, tested, actor)) });
    }
    case "verify_audit":
      return json(200, { changed: 0, ...(await runAndWait(deps, [check], actor)) });
  }
};

const get = (path: string, handler: Run): KeyRoute => ({ method: "GET", path, access: "own", run: handler });
const post = (path: string, handler: Run): KeyRoute => ({
  method: "POST",
  path,
  access: "manage",
  asksForRole: true,
  run: handler,
});

export const COMPLIANCE_ROUTES: readonly KeyRoute[] = [
  get("/compliance", list),
  get("/compliance/checks/{check}", one),
  get("/compliance/history", history),
  get("/compliance/report", report),
  post("/compliance/run", run),
  post("/compliance/attest", vouch),
  post("/compliance/waive", setAside),
  post("/compliance/withdraw", takeBack),
  post("/compliance/fix", fix),
];

/**
 * `--demo-data`: thirty days of made-up traffic, so that the console can be looked at before there is any. It goes into an
 * empty gateway alone, says so on every page, and goes out again without a trace: no real figure is ever touched.
 */
import type { Db, Sql, Tx } from "#db/client.ts";
import {
  addUpDemoRecords,
  type DemoMark,
  deleteDemoData,
  demoMark,
  hasRealData,
  insertDemoRecords,
  insertMark,
} from "#db/queries/demo-data.ts";
import { ensurePartitions } from "#db/queries/partitions.ts";
import { memberships, teams, users } from "#db/schema/people.ts";
import { currentPeriod } from "#lib/admission/owner-columns.ts";
import { type Actor, writeAudit } from "#lib/audit/audit.ts";
import { createKeyIn } from "#lib/keys/operations.ts";
import type { Operations } from "../changes.ts";
import { GatewayError } from "../errors.ts";
import { newId } from "../ids.ts";
import { DEMO_KEYS, DEMO_PEOPLE, DEMO_TEAMS } from "./cast.ts";
import {
  DEMO_INSTANCE,
  type DemoCaller,
  type DemoModel,
  dayStartMs,
  demoDay,
  seededRandom,
} from "./traffic.ts";

const DAYS = 30;
const CALLS_PER_DAY = 420;
const SEED = 7;
const TEAM_BUDGET_NANO_USD = 600_000_000_000n;
const ACTOR: Actor = { kind: "system", id: "demo_data", claimedBy: null, ip: null, requestId: null };

type Tools = Pick<Operations, "nowMs" | "timezone" | "keyRules">;

/**
 * @param models those of the gateway: made-up calls name them
 * @returns what is there now; null when nothing was done because it was there already
 * @throws GatewayError conflict when the database holds anything real
 */
export async function addDemoData(
  sql: Sql,
  db: Db,
  tools: Tools,
  models: readonly DemoModel[],
): Promise<DemoMark | null> {
  if (await demoMark(sql)) return null;
  if (await hasRealData(db))
    throw new GatewayError(
      "conflict",
      "This database holds real keys or calls; made-up ones would stand among them.",
    );
  const nowMs = tools.nowMs();
  for (let day = DAYS; day >= 0; day--) await ensurePartitions(sql, dayStartMs(nowMs, day), 1);
  return db.transaction(async (tx) => {
    const callers = await makeCast(tx, tools, models);
    const random = seededRandom(SEED);
    const records = Array.from({ length: DAYS + 1 }, (_, day) =>
      demoDay(
        {
          startMs: dayStartMs(nowMs, DAYS - day),
          untilMs: nowMs,
          growth: 0.55 + (0.45 * day) / DAYS,
          callsPerDay: CALLS_PER_DAY,
        },
        callers.list.filter((caller) => caller.weight > 0),
        models,
        random,
      ),
    ).flat();
    await insertDemoRecords(tx, records);
    await addUpDemoRecords(tx, DEMO_INSTANCE);
    const mark: DemoMark = {
      keys: callers.list.map((caller) => caller.keyId),
      users: callers.users,
      teams: callers.teams,
      calls: records.length,
      madeAt: new Date(nowMs).toISOString(),
    };
    await insertMark(tx, mark);
    const event = { action: "demo_data.add", target: { kind: "setting" as const, id: "demo_data" } };
    await writeAudit(tx, ACTOR, nowMs, { ...event, before: null, after: { calls: mark.calls } });
    return mark;
  });
}

/** @returns false when there is none @throws nothing of its own */
export async function removeDemoData(sql: Sql, db: Db, actor: Actor, nowMs: number): Promise<boolean> {
  const mark = await demoMark(sql);
  if (!mark) return false;
  await db.transaction(async (tx) => {
    await deleteDemoData(tx, mark, DEMO_INSTANCE);
    const event = { action: "demo_data.remove", target: { kind: "setting" as const, id: "demo_data" } };
    await writeAudit(tx, actor, nowMs, { ...event, before: { calls: mark.calls }, after: null });
  });
  return true;
}

async function makeCast(
  tx: Tx,
  tools: Tools,
  models: readonly DemoModel[],
): Promise<{ list: DemoCaller[]; users: string[]; teams: string[] }> {
  const nowMs = tools.nowMs();
  const teamIds = new Map<string, string>(DEMO_TEAMS.map((name) => [name, newId("team", nowMs)]));
  const userIds = new Map<string, string>(DEMO_PEOPLE.map(({ email }) => [email, newId("usr", nowMs)]));
  const period = { budgetDuration: "1mo", ...currentPeriod("1mo", nowMs, tools.timezone()) };
  for (const [alias, id] of teamIds)
    await tx.insert(teams).values({ id, alias, maxBudgetNanoUsd: TEAM_BUDGET_NANO_USD, ...period });
  for (const { email, alias, teams: names } of DEMO_PEOPLE) {
    const id = userIds.get(email) ?? "";
    await tx.insert(users).values({ id, email, alias, role: "internal_user" });
    for (const [place, name] of names.entries())
      await tx
        .insert(memberships)
        .values({ teamId: teamIds.get(name) ?? "", userId: id, role: place === 0 ? "admin" : "user" });
  }
  const list: DemoCaller[] = [];
  for (const key of DEMO_KEYS) {
    const names = (key.models ?? []).flatMap((place) => models[place % models.length]?.name ?? []);
    const teamId = teamIds.get(key.team ?? "") ?? null;
    const userId = userIds.get(key.person ?? "") ?? null;
    const { row } = await createKeyIn(tx, tools, ACTOR, {
      ...key.fields,
      models: names,
      team_id: teamId,
      user_id: userId,
      ...(key.budgetUsd === undefined ? {} : { max_budget: BigInt(key.budgetUsd) * 1_000_000_000n }),
      ...(key.blocked ? { blocked: true } : {}),
    });
    list.push({
      keyId: row.id,
      userId: userId ?? "",
      teamId: teamId ?? "",
      models: names,
      weight: key.weight,
    });
  }
  return { list, users: [...userIds.values()], teams: [...teamIds.values()] };
}

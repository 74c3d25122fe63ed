/**
 * The console over millions of records, as `bench/console/seed.ts` makes them:
 *
 *   npm run build
 *   node bench/console/run.ts FOLDER [pages] [cost] [polling] [--quick] [--only WORD] [--gateway CHECKOUT]
 *
 * `--only` names a part of the views' names. Starts the folder's PostgreSQL and the built gateway, signs in, prints each view's
 * server time, what a refresh of it costs, and what callers feel of 20 browsers, and stops both. A missed target is printed and
 * fails nothing; a page that is not answered does.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startGateway } from "../gateway.ts";
import { connect } from "../ledger.ts";
import { describeMachine, machineLine } from "../machine.ts";
import { startStaticUpstream } from "../nginx.ts";
import { startPostgres } from "../postgres.ts";
import { printResult } from "../report.ts";
import { openStage } from "../stage.ts";
import { DATABASE } from "./cast.ts";
import { cost } from "./cost.ts";
import { pages } from "./pages.ts";
import { BROWSERS, polling } from "./polling.ts";
import { signIn } from "./session.ts";
import { type KnownIds, views } from "./views.ts";

const EMAIL = "bench@example.com";
const PASSWORD = "four unrelated wooden words";
const TIMES = 10;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    gateway: { type: "string", default: join(import.meta.dirname, "../..") },
  },
});
const [folder, ...parts] = positionals;
if (folder === undefined || !existsSync(join(folder, "data")))
  throw new Error("node bench/console/run.ts FOLDER, where bench/console/seed.ts made a database");

const stage = openStage();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void stage.end().finally(() => process.exit(130)));
try {
  const postgres = await startPostgres(stage, { keptFolder: resolve(folder) });
  const databaseUrl = postgres.urlOf(DATABASE);
  const password = join(stage.folder, "password");
  writeFileSync(password, PASSWORD);
  const upstream = await startStaticUpstream(stage);
  const gateway = await startGateway(stage, {
    name: "shin",
    checkout: resolve(values.gateway),
    upstream,
    ledgerAcknowledge: "commit",
    databaseUrl,
    environment: { SHIN_ADMIN_EMAIL: EMAIL, SHIN_ADMIN_PASSWORD_FILE: password },
  });
  console.log(machineLine(describeMachine()));
  const { ids, records } = await look(databaseUrl);
  console.log(`${records.toLocaleString("en-US")} calls in the rollups`);
  const session = await signIn(gateway.origin, EMAIL, PASSWORD);
  const asked = (part: string) => parts.length === 0 || parts.includes(part);
  if (asked("pages"))
    printResult(
      "pages",
      await pages(
        gateway,
        session,
        views(ids).filter((view) => view.name.includes(values.only)),
        values.quick ? 2 : TIMES,
      ),
    );
  const sessions = Array.from({ length: BROWSERS }, () => session);
  if (asked("cost")) {
    const machinery = { stage, gateway, postgresPid: postgres.pid, databaseUrl };
    printResult("cost", await cost(machinery, sessions, values.quick ? 5 : 4 * TIMES));
  }
  if (asked("polling")) {
    printResult("polling", await polling(stage, gateway, sessions, values.quick));
  }
} catch (error) {
  for (const obituary of stage.obituaries()) console.error(obituary);
  throw error;
} finally {
  await stage.end();
}

/** Ids of a call of two months ago, and how many calls there are. */
async function look(databaseUrl: string): Promise<{ ids: KnownIds; records: number }> {
  const sql = connect(databaseUrl);
  try {
    const day = new Date(Date.now() - 60 * 86_400_000);
    const [call] = await sql<{ id: string; response_id: string }[]>`
      select id, response_id from spend_records where started_at >= ${day} and started_at < ${new Date(day.getTime() + 86_400_000)}
        and response_id is not null order by id limit 1`;
    const [sum] = await sql<{ calls: string }[]>`select sum(requests)::text as calls from spend_hourly`;
    if (!call) throw new Error("There is no call of two months ago.");
    return { ids: { ours: call.id, theirs: call.response_id }, records: Number(sum?.calls ?? 0) };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/**
 * The machine of docs/deploy/production.md, from the files of deploy/ alone: environment file, database and roles, unit,
 * nginx. Only names, ports, folders and the provider's address are replaced.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import postgres from "postgres";
import { isRoot } from "#test/helpers/house.ts";
import { type RealPostgres, realPostgres } from "#test/helpers/postgres.ts";
import { startGatewayProcess } from "#test/helpers/process.ts";
import { startRedis } from "#test/helpers/redis.ts";
import { freePort, startNginxFront } from "./nginx-front.ts";

const ROOT = join(import.meta.dirname, "../..");
const deploy = (name: string) => readFile(join(ROOT, "deploy", name), "utf8");
export const ADMIN = { email: "admin@example.com", password: "four unrelated wooden words" } as const;

/** @param folder an empty one @param providerUrl stands in for OpenAI @param more lines of the environment file */
export async function productionSetUp(folder: string, providerUrl: string, more: readonly string[]) {
  const [etc, data, front] = [join(folder, "etc"), join(folder, "data"), join(folder, "nginx")];
  for (const made of [etc, data, front]) await mkdir(made);
  const moved = (text: string) =>
    text.replaceAll("/etc/shin", etc).replaceAll("/var/lib/shin", data).replaceAll("/opt/shin", ROOT);
  const port = await freePort();
  const redis = await startRedis();
  const database = await realPostgres();
  await speakTls(database, folder);

  // nginx first: its address is the gateway's public one.
  const nginx = await startNginxFront(front, `http://127.0.0.1:${port}`);
  const environment = await environmentFile(join(etc, "shin.env"), [
    ...more,
    `NEXTAUTH_URL=${nginx.https}`,
    `PORT=${port}`,
    `REDIS_URL=${redis.url}`,
    `SHIN_ADMIN_PASSWORD_FILE=${etc}/admin-password`,
    "OPENAI_API_KEY=sk-of-the-provider-0123456789",
    // The certificate is the test's own.
    `NODE_EXTRA_CA_CERTS=${front}/cert.pem`,
  ]);
  await writeFile(join(etc, "admin-password"), `${ADMIN.password}\n`, { mode: 0o400 });

  const url = new URL(environment["DATABASE_URL"] ?? "");
  await asSuperuser(
    database,
    "postgres",
    "drop database shin",
    (await deploy("postgres/shin.sql")).replace(":'password'", `'${url.password}'`),
  );
  url.port = String(database.tcp.port);
  environment["DATABASE_URL"] = url.href;
  await writeFile(join(etc, "shin.env"), lines(environment), { mode: 0o600 });

  await writeFile(
    join(etc, "config.yaml"),
    moved(await deploy("production/config.yaml")).replace(
      "model: openai/gpt-4o\n",
      `model: openai/gpt-4o\n      api_base: ${providerUrl}\n`,
    ),
  );
  const unit = moved(await deploy("systemd/shin.service"));
  const command = /^ExecStart=(.*)$/m.exec(unit)?.[1];
  if (command !== `${ROOT}/node_modules/.bin/node ${ROOT}/server.ts --json`)
    throw new Error(`the unit starts ${command}, and this test does not`);
  const own = Object.fromEntries((/^Environment=(.*)$/m.exec(unit)?.[1] ?? "").split(" ").map(pairOf));
  const gateway = await startGatewayProcess({
    dataDir: data,
    configFile: join(etc, "config.yaml"),
    env: { ...own, ...environment },
  }).catch(async (error: unknown) => {
    // Nobody else would: what runs on keeps the whole test run from ending.
    await nginx.close();
    await redis.close();
    throw error;
  });
  // As docs/deploy/production.md has it: after the first start.
  await asSuperuser(database, "shin", await deploy("postgres/audit-role.sql"));
  const program = join(folder, "shin");
  await writeFile(
    program,
    moved(await deploy("production/shin")).replace("--reuid shin --regid shin", "--reuid root --regid root"),
  );
  await chmod(program, 0o755);
  return {
    nginx,
    gateway,
    masterKey: environment["LITELLM_MASTER_KEY"] ?? "",
    /** The command line, as deploy/production/shin starts it. */
    shin: async (...args: string[]) => {
      const child = spawn(program, args, { env: { NODE_ENV: "test", PATH: process.env.PATH ?? "" } });
      // Read while it runs: the gateway's own output and the provider are this process's, too.
      const [out, err, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, "exit"),
      ]);
      return { code: Number(code), out, err };
    },
    close: async () => {
      gateway.signal("SIGTERM");
      await gateway.ended;
      await nginx.close();
      await redis.close();
    },
  };
}

/** What make-env.sh prints, with other values where the machine is another. */
async function environmentFile(file: string, others: readonly string[]): Promise<Record<string, string>> {
  const made = spawnSync(join(ROOT, "deploy/production/make-env.sh"), ["localhost", ADMIN.email], {
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`${file}: ${made.stderr}`);
  const pairs = [...made.stdout.split("\n"), ...others].filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(pairs.map(pairOf));
}

/** `NAME=value`, at its first sign: values hold further ones. */
const pairOf = (line: string): [string, string] => [
  line.slice(0, line.indexOf("=")),
  line.slice(line.indexOf("=") + 1),
];

const lines = (environment: Readonly<Record<string, string>>) =>
  Object.entries(environment)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

async function asSuperuser(
  { socket }: RealPostgres,
  name: string,
  ...statements: readonly string[]
): Promise<void> {
  const sql = postgres({ ...socket, database: name, max: 1, onnotice: () => {} });
  try {
    for (const statement of statements)
      for (const one of statement
        .replace(/^--.*$/gm, "")
        .split(";")
        .filter((text) => text.trim() !== ""))
        await sql.unsafe(one);
  } finally {
    await sql.end();
  }
}

/** Debian's PostgreSQL has a certificate of its own from the start; this one gets it now. */
async function speakTls(database: RealPostgres, folder: string): Promise<void> {
  const data = join(database.socket.host, "data");
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
    ...["-keyout", join(folder, "server.key"), "-out", join(folder, "server.crt")],
  ]);
  if (made.status !== 0) throw new Error("openssl made no certificate");
  for (const name of ["server.key", "server.crt"]) {
    await writeFile(join(data, name), await readFile(join(folder, name)), { mode: 0o600 });
    if (isRoot) spawnSync("chown", ["postgres", join(data, name)]);
  }
  await asSuperuser(database, "postgres", "alter system set ssl = on", "select pg_reload_conf()");
}

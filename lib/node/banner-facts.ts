/** What the banner tells, gathered from a gateway that has booted. */
import type { BannerFacts, MasterKeyPlace } from "./banner.ts";
import { showPath } from "./data-folder.ts";
import type { Ground } from "./ground.ts";
import type { Serving } from "./worker-pool.ts";

export function bannerFacts(
  ground: Ground,
  version: string,
  { address, migrations, notices: met }: Omit<Serving, "kind">,
  setUpUrl: string | null,
): BannerFacts {
  const { config, data, embedded, masterKeyFile } = ground;
  const url = originOf(address);
  const usable = config.deployments.filter((deployment) => deployment.unusable === null);
  return {
    version,
    nodeVersion: process.versions.node,
    data: data.shownAs,
    dataIsNew: data.isNew,
    config: config.file === null ? null : showPath(config.file),
    database: embedded
      ? `embedded Postgres ${embedded.version}`
      : `Postgres at ${new URL(config.databaseUrl ?? "").host}`,
    databaseReadyMs: performance.now() - ground.databaseAskedMs,
    migrations,
    models: new Set(usable.map((deployment) => deployment.modelGroup)).size,
    workers: config.workers,
    consoleUrl: `${url}/ui`,
    setUpUrl,
    apiUrl: `${url}/v1`,
    masterKey: masterKeyFile
      ? { kind: "file", path: showPath(masterKeyFile.file), made: masterKeyFile.made }
      : keyPlace(ground),
    tryModel: usable[0]?.modelGroup ?? "gpt-3.5-turbo",
    notices: [...notices(ground), ...met, ...ground.notices],
  };
}

/** Where this machine reaches the gateway, without a path. */
export function originOf(address: Serving["address"]): string {
  const host = ["0.0.0.0", "::"].includes(address.address)
    ? "localhost"
    : address.family === "IPv6"
      ? `[${address.address}]`
      : address.address;
  return `http://${host}:${address.port}`;
}

function keyPlace({ config }: Ground): MasterKeyPlace {
  return config.masterKeyVariable === null
    ? { kind: "config", path: config.file === null ? "config.yaml" : showPath(config.file) }
    : { kind: "variable", name: config.masterKeyVariable };
}

function notices({ config }: Ground): string[] {
  const demo = config.deployments.some((deployment) => deployment.provider === "demo");
  const open = !["127.0.0.1", "::1", "localhost"].includes(config.host);
  return [
    ...(demo
      ? ["no provider is set up: the demo models answer. Add one in config.yaml (see config.example.yaml)"]
      : []),
    ...(open ? ["plain HTTP on a public address: put TLS in front of it"] : []),
  ];
}

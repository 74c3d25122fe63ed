/** What the banner tells, gathered from a gateway that has booted. */
import type { AddressInfo } from "node:net";
import type { BannerFacts, MasterKeyPlace } from "./banner.ts";
import type { Booted } from "./boot.ts";
import { showPath } from "./data-folder.ts";

export function bannerFacts(running: Booted, version: string, address: AddressInfo): BannerFacts {
  const { config, data, embedded, masterKeyFile, runtime } = running;
  const host = ["0.0.0.0", "::"].includes(address.address)
    ? "localhost"
    : address.family === "IPv6"
      ? `[${address.address}]`
      : address.address;
  const url = `http://${host}:${address.port}`;
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
    databaseReadyMs: running.databaseReadyMs,
    migrations: runtime.migrations.applied,
    models: new Set(usable.map((deployment) => deployment.modelGroup)).size,
    consoleUrl: `${url}/ui`,
    apiUrl: `${url}/v1`,
    masterKey: masterKeyFile
      ? { kind: "file", path: showPath(masterKeyFile.file), made: masterKeyFile.made }
      : keyPlace(running),
    tryModel: usable[0]?.modelGroup ?? "gpt-3.5-turbo",
    notices: [...notices(running), ...running.notices],
  };
}

function keyPlace({ config }: Booted): MasterKeyPlace {
  return config.masterKeyVariable === null
    ? { kind: "config", path: config.file === null ? "config.yaml" : showPath(config.file) }
    : { kind: "variable", name: config.masterKeyVariable };
}

function notices({ config }: Booted): string[] {
  const demo = config.deployments.some((deployment) => deployment.provider === "demo");
  const open = !["127.0.0.1", "::1", "localhost"].includes(config.host);
  return [
    ...(demo
      ? ["no provider is set up: the demo models answer. Add one in config.yaml (see config.example.yaml)"]
      : []),
    ...(open ? ["plain HTTP on a public address: put TLS in front of it"] : []),
  ];
}

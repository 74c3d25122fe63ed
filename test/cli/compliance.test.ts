/** `shin check --production` and `shin compliance`: with a gateway over its API, without one from the configuration; CI relies on the exit codes. */
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliHost, main } from "#lib/cli/main.ts";
import { MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { temporaryFolder } from "#test/helpers/house.ts";

const gateway = await testGateway();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const bearer = request.headers.authorization?.replace("Bearer ", "") ?? null;
    const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks).toString() };
    void gateway
      .call(request.method ?? "GET", request.url ?? "/", { key: bearer, ...body })
      .then(({ headers, status, text }) => response.writeHead(status, headers).end(text));
  });
});
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

async function shin(...line: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const host: CliHost = {
    version: "1.2.3",
    env: { LITELLM_MASTER_KEY: MASTER_KEY, PORT: "1" },
    now: () => new Date(),
    color: false,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    start: async () => 0,
    run: async () => 0,
  };
  const code = await main(line, host);
  return { code, out, err };
}

async function configured(yaml: string): Promise<string> {
  const file = join(await temporaryFolder(), "config.yaml");
  await writeFile(file, yaml);
  return file;
}

describe("shin check --production", () => {
  test("with a gateway runs its checks, shows the worst first, and ends with 3", async () => {
    const { code, err, out } = await shin("check", "--production", "--url", url);
    expect([code, err]).toEqual([3, ""]);
    expect(out).toContain(url);
    expect(out).toMatch(
      /^FAILED {3}Rate limiting in every layer: .*\[rate_limits\]\n +-> Set litellm_settings\.rpm/m,
    );
    // What cannot be seen says what somebody would have to put their name to.
    expect(out).toMatch(
      /^unknown {2}Security reviews: .*\n +-> Attest \(90 days, and name a document\): A security review was made/m,
    );
    expect(out.indexOf("FAILED")).toBeLessThan(out.indexOf("passed"));
    expect(out).toMatch(/\d+ open\.\n$/);
    expect(out).not.toContain(MASTER_KEY);
  });

  test("as JSON holds every check", async () => {
    const { code, out } = await shin("check", "--production", "--url", url, "--json");
    const { checks, gateway: where, ready } = JSON.parse(out);
    expect([code, where, ready]).toEqual([3, url, false]);
    expect(checks.length).toBeGreaterThan(40);
  });

  test("without a gateway looks at the configuration: 0 when nothing is wrong in it, 3 otherwise", async () => {
    const sound = await shin("check", "--production", "--config", await configured("general_settings: {}\n"));
    expect([sound.code, sound.out]).toEqual([
      0,
      expect.stringMatching(/Nothing wrong in what can be seen\. \d+ more checks need/),
    ]);
    const open = await shin(
      "check",
      "--production",
      "--config",
      await configured('general_settings: { cors_origin: "*" }\n'),
    );
    expect([open.code, open.out]).toEqual([3, expect.stringContaining("FAILED   CORS names its origins")]);
    const clear = `model_list:
  - model_name: gpt-4
    litellm_params: { model: openai/gpt-4, api_key: sk-in-clear-0123456789 }
`;
    const literal = await shin("check", "--production", "--config", await configured(clear));
    expect([literal.code, literal.out]).toEqual([3, expect.stringContaining("config.yaml:3 api_key")]);
    expect(literal.out).not.toContain("sk-in-clear");
  });

  test("is wrong usage without --production, and a failure where a named gateway does not answer", async () => {
    expect((await shin("check")).code).toBe(2);
    const away = await shin("check", "--production", "--url", "http://127.0.0.1:1");
    expect([away.code, away.err]).toEqual([1, expect.stringContaining("no gateway answers")]);
    const refused = await shin("check", "--production", "--url", url, "--key", "sk-wrong-0123456789012345");
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("401")]);
  });
});

describe("shin compliance", () => {
  test("writes a signed report that verifies, and not once it was changed", async () => {
    const file = join(await temporaryFolder(), "report.json");
    const written = await shin("compliance", "report", "--url", url, "--out", file);
    expect([written.code, written.out]).toEqual([0, expect.stringContaining("signed by key")]);
    const key = gateway.runtime.deps.auditSigner.key.keyId;
    expect(await shin("compliance", "verify", file, "--key", key)).toMatchObject({ code: 0 });
    expect((await shin("compliance", "verify", file, "--key", "0123456789abcdef")).code).toBe(3);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"failed"', '"passed"'));
    const changed = await shin("compliance", "verify", file);
    expect([changed.code, changed.out]).toEqual([3, expect.stringContaining("NOT GOOD")]);
  });

  test("prints the guide, the GDPR and SOC 2 line by line", async () => {
    const { code, out } = await shin("compliance", "report", "--url", url);
    expect(code).toBe(0);
    expect(out).toMatch(/^\[x\] Security checklist: Strong master key \(20\+ characters\)/m);
    expect(out).toMatch(/^\[ \] After deployment: Set up alerts/m);
    expect(out).toMatch(/^\[.\] CC6\.1 {2}\(/m);
    expect(out).toMatch(/^\[.\] 17 {2}\(data_deletion/m);
  });
});

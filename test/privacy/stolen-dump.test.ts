/**
 * AC-75: whoever steals the database and has neither key nor environment. If this fails, a lost dump opens the gateway, its
 * providers, or somebody's second factor.
 */
import { createHash, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { expect, test } from "vitest";
import { upsertAccount } from "#db/queries/console-access.ts";
import { hashPassword } from "#lib/console/password.ts";
import { open } from "#lib/secret-box.ts";
import { type Answer, MASTER_KEY, testGateway } from "#test/helpers/gateway.ts";
import { signedInAs } from "#test/helpers/session.ts";
import { dump, ENCRYPTION_KEY, STORING } from "../models/setting.ts";

const gateway = await testGateway(STORING);
const { deps } = gateway.runtime;

/** @throws unless it is answered 200 */
function ok({ json, status, text }: Answer) {
  if (status !== 200) throw new Error(text);
  return json;
}
const post = async (path: string, body: object, headers: Record<string, string> = {}) =>
  ok(await gateway.call("POST", path, { body, headers }));

const some = (what: string) => `${what}-${randomBytes(9).toString("hex")}`;

/** One of everything that opens something, as people make it. @returns all of it in clear */
async function makeSecrets(): Promise<Record<string, string>> {
  const provider = { api_key: some("sk-prov"), aws_secret_access_key: some("aws") };
  await post("/model/new", {
    model_name: "m",
    litellm_params: { model: "openai/m", api_base: "https://93.184.216.34/v1", ...provider },
  });
  const webhook = { secret: some("hook"), url: `https://93.184.216.34/${some("path")}` };
  await post("/alerts/channels/new", { kind: "webhook", name: "ops", ...webhook });
  const first = await post("/key/generate", { key_alias: "app" });
  const rotated = await post("/key/regenerate", { key: first.key, grace_period: "1h" });
  const once = await post("/key/generate", { key_alias: "once" }, { "idempotency-key": "k-1" });
  const person = await signedInAs(gateway, "admin", "ann");
  const password = `${some("word")} ${some("word")}`;
  await upsertAccount(deps.db, "ann", { passwordHash: await hashPassword(password) }, new Date());
  const { secret: totp } = ok(await person.call("POST", "/console/totp/begin", {}));
  const code = new TOTP({ secret: Secret.fromBase32(totp) }).generate();
  const { recovery_codes: recovery } = ok(await person.call("POST", "/console/totp/confirm", { code }));
  const { path: invitation } = ok(
    await person.call("POST", "/console/invitations", { email: "new@example.com", role: "developer" }),
  );
  const master = `sk-${randomBytes(32).toString("hex")}`;
  await post("/master_key/rotate", { new_key: master, grace_period: "1h" });
  return {
    ...{ masterKey: MASTER_KEY, newMasterKey: master, encryptionKey: ENCRYPTION_KEY },
    ...{ providerKey: provider.api_key, cloudKey: provider.aws_secret_access_key },
    ...{ hookSecret: webhook.secret, hookPath: webhook.url.split("/").at(-1) ?? "" },
    ...{ key: first.key, rotatedKey: rotated.key, keptKey: once.key, password, totp },
    ...{ recovery: recovery[0], invitation: invitation.split("#")[1] },
  };
}

test("AC-75: a stolen dump holds no secret in clear, and what is sealed in it opens with no key that a thief could have", async () => {
  const secrets = await makeSecrets();
  const text = await dump(gateway);
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret, name).toMatch(/^.{9,}$/);
    const forms = ["base64", "base64url", "hex"] as const;
    for (const form of [secret, ...forms.map((one) => Buffer.from(secret).toString(one))])
      expect([name, text.includes(form)]).toEqual([name, false]);
    // An unsalted hash of what people choose, or of a master key, could be guessed or compared.
    if (["masterKey", "newMasterKey", "password", "totp"].includes(name))
      expect([name, text.includes(createHash("sha256").update(secret).digest("hex"))]).toEqual([name, false]);
  }
  const sealed = text.match(/v1\.gcm\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+/g) ?? [];
  expect(sealed.length).toBeGreaterThan(3);
  const guesses = ["0".repeat(64), ...[MASTER_KEY, secrets["key"] ?? "", "shin"].map(sha256)];
  for (const one of sealed)
    for (const guess of guesses) expect(open(guess, "stored_deployments:m", one).kind).toBe("otherKey");
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

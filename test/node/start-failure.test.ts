/** Faults of the machine, told as sentences: which port, held by whom, and what to do instead. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { findPortHolder } from "#lib/node/port-holder.ts";
import { isStartError, StartError } from "#lib/node/start-error.ts";
import { explainStartFailure } from "#lib/node/start-failure.ts";

async function listening(port: number, host = "127.0.0.1"): Promise<{ server: Server; port: number }> {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

/** What listening fails with. */
async function listenError(port: number, host: string): Promise<Error> {
  const server = createServer();
  server.listen(port, host);
  const [error] = await once(server, "error").catch((failure: unknown) => [failure]);
  if (!(error instanceof Error)) throw new Error("listening succeeded");
  return error;
}

test("a taken port names the program that holds it and another port", async () => {
  const { port } = await listening(0);
  const failure = await explainStartFailure(await listenError(port, "127.0.0.1"), {
    host: "127.0.0.1",
    port,
  });
  expect(failure).toMatchObject({
    code: "port_in_use",
    exitCode: 1,
    advice: `Use another: npm start -- --port ${port + 1}`,
  });
  if (process.platform === "linux")
    expect(failure?.message).toMatch(new RegExp(`^port ${port} is in use by node \\(pid ${process.pid}\\)$`));
});

test("a port that nobody holds has no holder", async () => {
  const { server, port } = await listening(0);
  server.close();
  await once(server, "close");
  expect(await findPortHolder(port)).toBeNull();
});

test("an address that is not this machine's", async () => {
  const host = "192.0.2.1";
  expect(await explainStartFailure(await listenError(0, host), { host, port: 4000 })).toMatchObject({
    message: "this machine has no address 192.0.2.1 to listen on",
    advice: expect.stringContaining("--host 127.0.0.1"),
  });
});

test("a database newer than the code, recognised by name across copies of the module", async () => {
  const error = Object.assign(
    new Error(
      "The database schema is newer (version 14) than this build (version 12). Upgrade the gateway, or restore a backup.",
    ),
    { name: "DatabaseNewerError" },
  );
  expect(await explainStartFailure(error, { host: "", port: 0 })).toMatchObject({
    code: "database_version",
    message: "The database schema is newer (version 14) than this build (version 12)",
    advice: "Upgrade the gateway, or restore a backup.",
  });
});

test("a StartError passes as it is; a defect of ours is not dressed up", async () => {
  const own = new StartError("data_locked", "locked", { advice: "Stop it" });
  expect(await explainStartFailure(own, { host: "", port: 0 })).toBe(own);
  expect(await explainStartFailure(new TypeError("x is undefined"), { host: "", port: 0 })).toBeNull();
  expect(isStartError(new Error("no"))).toBe(false);
  expect(isStartError(null)).toBe(false);
});

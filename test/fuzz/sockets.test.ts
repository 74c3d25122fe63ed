/** Bytes that two servers could read differently: the connection answers once, with a refusal, or not at all. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { MASTER_KEY } from "#test/helpers/gateway.ts";
import { listeningGateway } from "#test/helpers/mounts.ts";

const { node } = await listeningGateway();
const AUTH = `Authorization: Bearer ${MASTER_KEY}`;
const SMUGGLED = `GET /v1/models HTTP/1.1\r\nHost: x\r\n${AUTH}\r\n\r\n`;
const BODY = JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "hi" }] });

/** Sends bytes and gives all that comes back until the server ends the connection. */
async function exchange(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(node.port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
  socket.on("error", () => "a reset is an answer too");
  await once(socket, "connect");
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

const cases: readonly (readonly [string, string, number | null])[] = [
  [
    "Content-Length and Transfer-Encoding",
    `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n${AUTH}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    400,
  ],
  [
    "two lengths",
    `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n${AUTH}\r\nContent-Length: 2\r\nContent-Length: 200\r\n\r\n{}${SMUGGLED}`,
    400,
  ],
  [
    "an odd transfer coding",
    `POST /v1/models HTTP/1.1\r\nHost: x\r\n${AUTH}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
    400,
  ],
  [
    "a space before the colon",
    `POST /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n${SMUGGLED}`,
    400,
  ],
  ["bare line feeds", `GET /v1/models HTTP/1.1\nHost: x\n${AUTH}\n\n`, 400],
  ["a folded header", `GET /v1/models HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n${AUTH}\r\n\r\n`, 400],
  ["two Hosts", `GET /v1/models HTTP/1.1\r\nHost: x\r\nHost: y\r\n${AUTH}\r\n\r\n`, 400],
  [
    "two Authorizations",
    `GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-no\r\n${AUTH}\r\n\r\n`,
    400,
  ],
  ["no Host", `GET /v1/models HTTP/1.1\r\n${AUTH}\r\n\r\n`, 400],
  ["a header of 20 kB", `GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ["a path of 20 kB", `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  ["an absolute target", `GET http://evil.example/v1/models HTTP/1.1\r\nHost: x\r\n${AUTH}\r\n\r\n`, 400],
  ["no path", `OPTIONS * HTTP/1.1\r\nHost: x\r\n${AUTH}\r\n\r\n`, 400],
  ["a NUL in a header", `GET /v1/models HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\n\r\n`, 400],
  ["no HTTP at all", "\u0016\u0003\u0001\u0002\u0000hello", 400],
  [
    "a bad chunk size",
    `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n${AUTH}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    400,
  ],
  ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", null],
  [
    "an upgrade",
    `GET /v1/models HTTP/1.1\r\nHost: x\r\n${AUTH}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    null,
  ],
];

test.each(cases)("%s", async (_, bytes, status) => {
  const answered = await exchange(bytes);
  const answers = answered.match(/HTTP\/1\.1 \d+/g) ?? [];
  if (status === null) return expect(answers).toEqual([]);
  expect(answers).toEqual([`HTTP/1.1 ${status}`]);
  const [head = "", body = ""] = answered.split("\r\n\r\n");
  expect(head.toLowerCase()).toContain("content-type: application/json");
  expect(head.toLowerCase()).toMatch(/x-request-id: req_\w+/);
  expect(JSON.parse(body).error).toMatchObject({
    code: String(status),
    type: "invalid_request_error",
    param: null,
  });
});

test("TRACE does not echo what it was sent", async () => {
  const answered = await exchange(
    `TRACE /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${AUTH}\r\nX-Secret: canary\r\n\r\n`,
  );
  expect(answered).toMatch(/^HTTP\/1\.1 405/);
  expect(answered).not.toContain("canary");
});

test("what follows a refused body is not a request", async () => {
  const answered = await exchange(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n`,
    SMUGGLED.slice(0, 20),
  );
  expect(answered.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 401"]);
});

test("requests in a pipeline are answered in order", async () => {
  const post = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n${AUTH}\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
  const answered = await exchange(
    `${post}GET /health/liveness HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  expect(answered.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
  expect(answered.indexOf("chat.completion")).toBeLessThan(answered.indexOf("I'm alive"));
});

test("a client that still sends its 30 MB reads the 413", async () => {
  const answered = await exchange(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n${AUTH}\r\nContent-Length: 30000000\r\n\r\n`,
    Buffer.alloc(30_000_000, 0x20),
  );
  expect(answered).toMatch(/^HTTP\/1\.1 413/);
});

test("junk of any kind ends its connection and nobody else's", async () => {
  let random = 42;
  const next = () => (random = (random * 1_103_515_245 + 12_345) % 2 ** 31);
  for (let i = 0; i < 50; i++) {
    const junk = Buffer.from(Array.from({ length: 60 }, () => next() % 256));
    expect(await exchange(junk, "\r\n\r\n\r\n\r\n")).not.toMatch(/HTTP\/1\.1 [25]/);
  }
  expect((await node.send("GET", "/v1/models")).status).toBe(200);
});

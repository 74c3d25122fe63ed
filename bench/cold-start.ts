/** A fresh process as a serverless platform starts one: loads the built function, answers one call, prints the milliseconds. */
import { createRequire } from "node:module";

const [route = "", body = "", key = ""] = process.argv.slice(2);
const startedMs = performance.now();
interface Built {
  readonly routeModule: {
    /** Next loads the handlers at the first request. */
    ensureUserland(): Promise<void>;
    readonly userland: Record<string, (request: Request) => Promise<Response>>;
  };
}
const built: Built | Promise<Built> = createRequire(import.meta.url)(route);
const { routeModule } = await built;
await routeModule.ensureUserland();
const answer = await routeModule.userland["POST"]?.(
  new Request("https://shin.example/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body,
  }),
);
const text = await answer?.text();
if (answer?.status !== 200) throw new Error(`answered ${answer?.status}: ${text}`);
process.stdout.write(`${performance.now() - startedMs}\n`, () => process.exit(0));

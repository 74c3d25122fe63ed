/** Loads the built function from the folder it runs in, sends it what the first argument says, and prints what came back. */
import { createRequire } from "node:module";
import path from "node:path";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body?: unknown;
}

interface Built {
  readonly routeModule: {
    ensureUserland(): Promise<void>;
    readonly userland: Record<string, (request: Request) => Promise<Response>>;
  };
}

const [route = "", list = "[]"] = process.argv.slice(2);
const built: Built | Promise<Built> = createRequire(import.meta.url)(path.resolve(route));
const { routeModule } = await built;
await routeModule.ensureUserland();
const asked: Asked[] = JSON.parse(list);
const answers: { status: number | undefined; text: string }[] = [];
for (const one of asked) {
  const answer = await routeModule.userland[one.method]?.(
    new Request(`https://shin.example${one.path}`, {
      method: one.method,
      headers: { authorization: `Bearer ${one.key}`, "content-type": "application/json" },
      ...(one.body === undefined ? {} : { body: JSON.stringify(one.body) }),
    }),
  );
  answers.push({ status: answer?.status, text: (await answer?.text()) ?? "" });
}
process.stdout.write(`${JSON.stringify(answers)}\n`, () => process.exit(0));

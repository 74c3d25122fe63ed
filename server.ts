/** The self-hosted server: sets how Node loads the rest, then starts it (lib/node/main.ts). */
import { enableCompileCache, registerHooks } from "node:module";
import path from "node:path";

// Loading Drizzle's ES modules, Node reads its very large package.json anew for each of some 300 files: 150 MB and half a
// second of every start. Its CommonJS build is the same code.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith("drizzle-orm")
      ? next(specifier, { ...context, conditions: ["node", "require", "default"] })
      : next(specifier, context),
});
// Types are stripped at the first start and not again. Where the folder cannot be written, Node goes without.
enableCompileCache(path.join(import.meta.dirname, "node_modules", ".cache", "shin"));

const { main } = await import("#lib/node/main.ts");
await main({
  dir: import.meta.dirname,
  argv: process.argv.slice(2),
  color: !process.env["NO_COLOR"],
  loadNext: () => import("next"),
});

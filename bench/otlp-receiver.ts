/** Takes OTLP over HTTP and throws it away, as cheaply as can be: what is measured is the sender. Run as `node otlp-receiver.ts PORT`. */
import { createServer } from "node:http";

function serve(port: number): void {
  const server = createServer((request, answer) => {
    request.resume();
    request.once("end", () => answer.writeHead(200, { "Content-Type": "application/json" }).end("{}"));
  });
  server.listen(port, "127.0.0.1");
}

if (import.meta.main) {
  const port = Number(process.argv[2]);
  if (!Number.isInteger(port)) throw new Error("Usage: node otlp-receiver.ts PORT");
  serve(port);
}

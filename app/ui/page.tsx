/** The console's door: how the gateway is and how to make a first call. It shows nothing that needs a key. */
import { headers } from "next/headers";
import { gatewayRuntime } from "#lib/next/runtime.ts";

export const dynamic = "force-dynamic";

export default async function Page() {
  const { deps } = await gatewayRuntime();
  const host = (await headers()).get("host") ?? "localhost:4000";
  const models = deps.policy().groups.all.length;
  return (
    <main>
      <h1>Shin Gateway</h1>
      <p>The gateway is running. Applications call it as they would call OpenAI.</p>
      <dl>
        <dt>Version</dt>
        <dd>{deps.version}</dd>
        <dt>Database</dt>
        <dd>{deps.health.away ? "away: known keys go on, records wait on disk" : "connected"}</dd>
        <dt>Models</dt>
        <dd>{models}</dd>
        <dt>Health</dt>
        <dd>
          <a href="/health">/health</a> · <a href="/health/readiness">/health/readiness</a>
        </dd>
      </dl>
      <pre>
        {`curl http://${host}/v1/chat/completions \\
  -H "Authorization: Bearer $SHIN_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "gpt-3.5-turbo", "messages": [{"role": "user", "content": "Hello"}]}'`}
      </pre>
    </main>
  );
}

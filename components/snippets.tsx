"use client";
/** The first call in four dialects, with this host and, when it is known, the key filled in. */
import { LanguageTabs } from "./language-tabs.tsx";

export function Snippets({
  origin,
  secret,
  model,
}: {
  origin: string;
  secret: string | null;
  model: string;
}) {
  const all = snippets(origin, secret, model);
  // What is on the screen may be seen by others: the key is filled in when it is copied.
  const shown = (text: string) =>
    secret ? text.replaceAll(secret, `${secret.slice(0, 7)}${"•".repeat(8)}`) : text;
  return (
    <div className="overflow-hidden rounded-md border border-line bg-sunken">
      <LanguageTabs
        tabs={all.map(({ id, name, text }) => ({ id, name, text, shown: shown(text) }))}
        className="max-h-56 rounded-none border-0"
      />
    </div>
  );
}

function snippets(origin: string, secret: string | null, model: string) {
  const base = `${origin}/v1`;
  const message = '[{"role": "user", "content": "Hello"}]';
  return [
    {
      id: "curl",
      name: "curl",
      text: `curl ${base}/chat/completions \\\n  -H "Authorization: Bearer ${secret ?? "$SHIN_KEY"}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"model": "${model}", "messages": ${message}}'`,
    },
    {
      id: "python",
      name: "Python",
      text: `from openai import OpenAI\n\nclient = OpenAI(\n    base_url="${base}",\n    api_key=${secret ? `"${secret}"` : 'os.environ["SHIN_KEY"]'},\n)\nanswer = client.chat.completions.create(\n    model="${model}",\n    messages=${message},\n)\nprint(answer.choices[0].message.content)`,
    },
    {
      id: "js",
      name: "JavaScript",
      text: `import OpenAI from "openai";\n\nconst client = new OpenAI({\n  baseURL: "${base}",\n  apiKey: ${secret ? `"${secret}"` : "process.env.SHIN_KEY"},\n});\nconst answer = await client.chat.completions.create({\n  model: "${model}",\n  messages: [{ role: "user", content: "Hello" }],\n});\nconsole.log(answer.choices[0].message.content);`,
    },
    {
      id: "ai",
      name: "AI SDK",
      text: `import { createOpenAICompatible } from "@ai-sdk/openai-compatible";\nimport { generateText } from "ai";\n\nconst shin = createOpenAICompatible({\n  name: "shin",\n  baseURL: "${base}",\n  apiKey: ${secret ? `"${secret}"` : "process.env.SHIN_KEY"},\n});\nconst { text } = await generateText({ model: shin("${model}"), prompt: "Hello" });`,
    },
  ] as const;
}

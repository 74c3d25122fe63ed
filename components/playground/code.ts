/** The form as a program in four dialects. The key is never in it. */

export const LANGUAGES = [
  { id: "curl", name: "curl" },
  { id: "python", name: "Python" },
  { id: "js", name: "JavaScript" },
  { id: "ai", name: "AI SDK" },
] as const;
export type Language = (typeof LANGUAGES)[number]["id"];

/** @param body as it is sent to /v1/chat/completions */
export function codeOf(language: Language, origin: string, body: Readonly<Record<string, unknown>>): string {
  const base = `${origin}/v1`;
  if (language === "curl") {
    const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
    return `curl ${base}/chat/completions \\\n  -H "Authorization: Bearer $SHIN_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '${json}'`;
  }
  const stream = body["stream"] === true;
  if (language === "python") return python(base, body, stream);
  return language === "js" ? javascript(base, body, stream) : aiSdk(base, body, stream);
}

function python(base: string, body: Readonly<Record<string, unknown>>, stream: boolean): string {
  const fields = Object.entries(body).map(([name, value]) => `    ${name}=${pythonValue(value, 1)},`);
  const read = stream
    ? 'for chunk in answer:\n    if chunk.choices:\n        print(chunk.choices[0].delta.content or "", end="")'
    : "print(answer.choices[0].message.content)";
  return `import os\nfrom openai import OpenAI\n\nclient = OpenAI(base_url="${base}", api_key=os.environ["SHIN_KEY"])\nanswer = client.chat.completions.create(\n${fields.join("\n")}\n)\n${read}`;
}

/** JSON's texts are Python's, too; its words are not. */
function pythonValue(value: unknown, depth: number): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const pad = "    ".repeat(depth + 1);
  const end = "    ".repeat(depth);
  if (Array.isArray(value))
    return `[\n${value.map((one) => `${pad}${pythonValue(one, depth + 1)},`).join("\n")}\n${end}]`;
  const members = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}: ${pythonValue(one, depth + 1)}`,
  );
  return `{${members.join(", ")}}`;
}

function javascript(base: string, body: Readonly<Record<string, unknown>>, stream: boolean): string {
  const read = stream
    ? 'for await (const chunk of answer) process.stdout.write(chunk.choices[0]?.delta.content ?? "");'
    : "console.log(answer.choices[0].message.content);";
  return `import OpenAI from "openai";\n\nconst client = new OpenAI({ baseURL: "${base}", apiKey: process.env.SHIN_KEY });\nconst answer = await client.chat.completions.create(${literal(body)});\n${read}`;
}

const AI_NAMES: Readonly<Record<string, string>> = {
  temperature: "temperature",
  top_p: "topP",
  max_tokens: "maxOutputTokens",
};

function aiSdk(base: string, body: Readonly<Record<string, unknown>>, stream: boolean): string {
  const [call, read] = stream
    ? ["streamText", "for await (const text of textStream) process.stdout.write(text);"]
    : ["generateText", "console.log(text);"];
  const rest = Object.entries(body).flatMap(([name, value]) =>
    AI_NAMES[name] === undefined ? [] : [`  ${AI_NAMES[name]}: ${JSON.stringify(value)},`],
  );
  const messages = literal(body["messages"]).replaceAll("\n", "\n  ");
  return `import { createOpenAICompatible } from "@ai-sdk/openai-compatible";\nimport { ${call} } from "ai";\n\nconst shin = createOpenAICompatible({\n  name: "shin",\n  baseURL: "${base}",\n  apiKey: process.env.SHIN_KEY,\n});\nconst { ${stream ? "textStream" : "text"} } = ${stream ? "" : "await "}${call}({\n  model: shin(${JSON.stringify(body["model"])}),\n  messages: ${messages},\n${rest.length > 0 ? `${rest.join("\n")}\n` : ""}});\n${read}`;
}

/** JSON with plain names left unquoted. */
function literal(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/^(\s*)"([A-Za-z_]\w*)":/gm, "$1$2:");
}

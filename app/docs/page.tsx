/** The API reference's first page: where to send what, a first call, and every error. */
import type { Metadata } from "next";
import Link from "next/link";
import { CodeBlock } from "#components/code-block.tsx";
import { Inline } from "#components/docs/inline.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Snippets } from "#components/snippets.tsx";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { ownOrigin } from "../request.ts";
import { reference } from "./reference.ts";

export const metadata: Metadata = { title: "API reference" };

export default async function DocsPage() {
  const [{ document, groups }, origin, { deps }] = [reference(), await ownOrigin(), await gatewayRuntime()];
  const model = deps.policy().config.deployments[0]?.provider === "demo" ? "gpt-3.5-turbo" : "MODEL";
  return (
    <div className="flex max-w-4xl flex-col gap-10">
      <div>
        <PageHeader
          title="API reference"
          note="OpenAI's API for applications, LiteLLM's key API for operators. This page is made from the gateway's own routes and schemas."
        />
        <h2 className="mb-2 font-semibold text-base">First call</h2>
        <Snippets origin={origin} secret={null} model={model} />
        <ul className="mt-3 list-disc pl-5 text-soft text-sm leading-6">
          <li>
            Every path stands here without <code className="font-mono text-xs">/v1</code>; with it in front it
            is the same.
          </li>
          <li>
            Send the key as <code className="font-mono text-xs">Authorization: Bearer</code>. A key in the URL
            is not read.
          </li>
          <li>
            The same in OpenAPI 3.1, for generators:{" "}
            <a href="/openapi.json" className="rounded-sm text-accent underline underline-offset-2">
              {origin}/openapi.json
            </a>
          </li>
        </ul>
      </div>
      <section>
        <h2 className="mb-2 font-semibold text-base">Groups</h2>
        <ul className="grid gap-2 sm:grid-cols-2">
          {groups.map(({ slug, name, description, operations }) => (
            <li
              key={slug}
              className="relative rounded-lg border border-line bg-surface px-4 py-3 shadow-card hover:border-line-strong"
            >
              <Link
                href={`/docs/${slug}`}
                prefetch={false}
                className="font-medium text-sm after:absolute after:inset-0"
              >
                {name}
              </Link>
              <span className="num ml-2 text-faint text-xs">{operations.length}</span>
              <p className="text-soft text-xs">{description}</p>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2 id="asking-again" className="mb-1 scroll-mt-20 font-semibold text-base">
          Asking again
        </h2>
        <p className="max-w-2xl text-soft text-sm">
          Every change of the admin API takes an{" "}
          <code className="font-mono text-xs">{document.components.parameters.IdempotencyKey.name}</code>{" "}
          header. <Inline text={document.components.parameters.IdempotencyKey.description} />
        </p>
      </section>
      <section>
        <h2 id="errors" className="mb-1 scroll-mt-20 font-semibold text-base">
          Errors
        </h2>
        <p className="mb-3 text-soft text-sm">
          Each answers in this shape. <code className="font-mono text-xs">type</code> is for programs,{" "}
          <code className="font-mono text-xs">message</code> for people, and{" "}
          <code className="font-mono text-xs">request_id</code> finds the call in the log.
        </p>
        <CodeBlock text={SHAPE} label="Copy the shape of an error" className="mb-4" />
        <div className="overflow-x-auto rounded-lg border border-line bg-surface shadow-card">
          <table className="w-full border-collapse text-sm">
            <caption className="sr-only">Errors by status</caption>
            <thead>
              <tr className="border-line border-b bg-sunken/70 text-left text-soft text-xs">
                <th scope="col" className="px-4 py-2 font-medium">
                  Status
                </th>
                <th scope="col" className="px-3 py-2 font-medium">
                  type
                </th>
                <th scope="col" className="px-3 py-2 font-medium">
                  When
                </th>
              </tr>
            </thead>
            <tbody>
              {document["x-errors"].map(({ code, status, type, when }) => (
                <tr
                  key={code}
                  id={`error-${code}`}
                  className="scroll-mt-20 border-line border-b last:border-b-0 target:bg-accent-wash"
                >
                  <td className="num px-4 py-2 align-top">{status}</td>
                  <td className="px-3 py-2 align-top">
                    <a
                      href={`#error-${code}`}
                      className="rounded-sm font-mono text-ink text-xs hover:underline"
                    >
                      {type}
                    </a>
                  </td>
                  <td className="px-3 py-2 align-top text-soft">
                    <Inline text={when} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}

const SHAPE = `{
  "error": {
    "message": "...",
    "type": "rate_limit_error",
    "param": null,
    "code": 429,
    "reason": "key_rpm",
    "retry_after": 12,
    "request_id": "req_..."
  }
}`;

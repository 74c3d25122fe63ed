/** One group of operations: what each is for, who may use it, what it takes, and a curl line for this host. */
import { Link2 } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { CodeBlock } from "#components/code-block.tsx";
import { FieldsTable } from "#components/docs/fields-table.tsx";
import { Inline } from "#components/docs/inline.tsx";
import { Method } from "#components/docs/method.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { IDEMPOTENCY_KEY } from "#lib/idempotency/key.ts";
import { curlOf } from "#lib/openapi/curl.ts";
import { exampleBody } from "#lib/openapi/examples.ts";
import { fieldsOf } from "#lib/openapi/fields.ts";
import type { Json } from "#lib/openapi/schemas.ts";
import { ownOrigin } from "../../request.ts";
import { type PlacedOperation, reference } from "../reference.ts";

interface Props {
  readonly params: Promise<{ readonly group: string }>;
}

/** More fields than this are folded away. */
const FOLDED_FROM = 9;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { group } = await params;
  const found = reference().groups.find(({ slug }) => slug === group);
  return { title: found ? `${found.name} · API reference` : "API reference" };
}

export default async function GroupPage({ params }: Props) {
  const { group: slug } = await params;
  const group = reference().groups.find((one) => one.slug === slug);
  if (!group) notFound();
  const origin = await ownOrigin();
  const console = group.name === "Console";
  return (
    <>
      <PageHeader title={group.name} note={group.description} />
      {console && (
        <Notice className="mb-6">
          These take the console's own session and its CSRF token, not a key. They are listed for
          completeness.
        </Notice>
      )}
      <div className="flex flex-col divide-y divide-line">
        {group.operations.map((placed) => (
          <OperationSection
            key={placed.operation.operationId}
            placed={placed}
            origin={console ? null : origin}
          />
        ))}
      </div>
    </>
  );
}

function OperationSection({ placed, origin }: { placed: PlacedOperation; origin: string | null }) {
  const { method, path, operation } = placed;
  const { document } = reference();
  const id = operation.operationId;
  const schema = operation.requestBody?.content["application/json"].schema;
  const fields = schema === undefined ? [] : fieldsOf(schema, document.components.schemas);
  // What many operations share stands in the document once, and on the reference's first page.
  const [shared, own] = partition(operation.parameters ?? []);
  const parameters = own.map((one) => {
    const { type, enum: choices } = one["schema"] as { type: string; enum?: string[] };
    return {
      name: String(one["name"]),
      kind: choices
        ? choices.join(" or ")
        : type === "string"
          ? "text"
          : type === "integer"
            ? "whole number"
            : "true or false",
      required: one["required"] === true,
      doc: [one["in"] === "path" ? "in the path" : "", String(one["description"] ?? "")]
        .filter(Boolean)
        .join("; "),
    };
  });
  return (
    <section aria-labelledby={id} className="scroll-mt-20 py-7 first:pt-0" id={`op-${id}`}>
      <div className="grid gap-x-8 gap-y-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,27rem)]">
        <div className="flex min-w-0 flex-col gap-3">
          <h2 id={id} className="group flex scroll-mt-20 flex-wrap items-baseline gap-x-2.5 gap-y-1">
            <Method method={method} />
            <code className="break-all font-medium font-mono text-ink text-sm">{path}</code>
            <a
              href={`#${id}`}
              className="self-center rounded-sm text-faint opacity-0 focus:opacity-100 group-hover:opacity-100"
            >
              <Link2 aria-hidden className="size-3.5" />
              <span className="sr-only">
                Link to {method} {path}
              </span>
            </a>
          </h2>
          <p className="max-w-2xl text-soft text-sm">
            <Inline text={`${operation.summary}.`} />
          </p>
          <p className="flex flex-wrap items-center gap-1.5">
            <Badge>{operation.description.replace(/\.$/, "")}</Badge>
            {shared.length > 0 && (
              <Link href="/docs#asking-again" prefetch={false} className="rounded-full">
                <Badge tone="outline">{IDEMPOTENCY_KEY}</Badge>
              </Link>
            )}
            <code className="font-mono text-2xs text-faint">{id}</code>
          </p>
          {parameters.length > 0 && <FieldsTable caption="Parameters" fields={parameters} />}
          {fields.length > 0 &&
            (fields.length < FOLDED_FROM ? (
              <FieldsTable caption="Body" fields={fields} />
            ) : (
              <details>
                <summary className="w-fit rounded-sm text-accent text-sm">
                  Body: {fields.length} fields
                </summary>
                <div className="mt-2">
                  <FieldsTable caption="Body" fields={fields} />
                </div>
              </details>
            ))}
        </div>
        {origin !== null && (
          <CodeBlock
            text={curlOf(method, path, operation, origin, exampleBody(operation, document))}
            label={`Copy the curl line of ${method} ${path}`}
            className="max-h-72"
          />
        )}
      </div>
    </section>
  );
}

function partition(parameters: readonly Json[]): [shared: Json[], own: Json[]] {
  return [parameters.filter((one) => "$ref" in one), parameters.filter((one) => !("$ref" in one))];
}

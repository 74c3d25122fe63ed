/** One call in full: how it ended and why, where its time went, what it cost and how that is worked out. */
import Link from "next/link";
import type { ReactNode } from "react";
import { CopyButton } from "#components/copy-button.tsx";
import { ago, exactMoney, integer, moment, span } from "#components/format.ts";
import { OutcomeBadge, reasonOf } from "#components/logs/outcome.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { CallRow } from "#db/queries/console-records.ts";
import { keyOf } from "./columns.tsx";

interface PeekProps {
  readonly call: CallRow | null;
  readonly timezone: string;
  readonly nowMs: number;
  readonly origin: string;
  /** What is kept of what was said. */
  readonly said: ReactNode;
}

/** Where the rule that refused is seen and can be changed. */
function wayOn({ error_code, key_alias, key_id, key_start, outcome, rule }: CallRow): ReactNode {
  if (outcome !== "refused" || (key_alias === null && key_start === null)) return null;
  const [words, view] = rule
    ? ["See its limits and budgets, and how much is used", "?view=limits"]
    : error_code?.endsWith("model_not_allowed")
      ? ["See which models this key may call", ""]
      : ["See this key", ""];
  return (
    <Link className="mt-1 block font-medium underline underline-offset-2" href={`/ui/keys/${key_id}${view}`}>
      {words}
    </Link>
  );
}

export function Peek({ call, timezone, nowMs, said }: PeekProps) {
  if (!call) {
    return (
      <p className="p-5 text-soft text-sm">
        No call has this id among those that you may see. It may be older than the log is kept.
      </p>
    );
  }
  const reason = call.outcome === "ok" ? null : reasonOf({ rule: call.rule, code: call.error_code });
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-5 py-4">
      <div className="flex flex-wrap items-center gap-2">
        <OutcomeBadge outcome={call.outcome} status={call.status_code} />
        {call.stream && <Badge>stream</Badge>}
        {call.unpriced && <Badge tone="warn">no price</Badge>}
        <span className="ml-auto text-faint text-xs" title={call.started_at.toISOString()}>
          {moment(call.started_at, timezone)} · {ago(call.started_at, nowMs)}
        </span>
      </div>
      {reason && (
        <Notice tone={call.outcome === "refused" ? "warn" : "bad"}>
          {call.outcome === "refused" ? "Denied: " : "Failed: "}
          {reason}.{call.rule && <code className="ml-1.5 font-mono text-xs">{call.rule}</code>}
          {wayOn(call)}
        </Notice>
      )}
      <Timeline call={call} />
      <Section title="Cost">
        <Cost call={call} />
      </Section>
      <Section title="Who">
        <Facts
          facts={[
            [
              "Key",
              call.key_alias !== null || call.key_start ? (
                <Link key="k" className="text-accent hover:underline" href={`/ui/keys/${call.key_id}`}>
                  {keyOf(call)}
                </Link>
              ) : (
                keyOf(call)
              ),
            ],
            ["User", call.user_name ?? call.user_id],
            ["Team", call.team_alias ?? call.team_id],
            ["End user", call.end_user],
            ["Address", call.ip],
            ["Tags", call.tags?.join(", ") ?? null],
          ]}
        />
      </Section>
      <Section title="Where to">
        <Facts
          facts={[
            [
              "Asked for",
              <code key="m" className="font-mono text-xs">
                {call.model}
              </code>,
            ],
            [
              "Went to",
              call.upstream_model ? (
                <code key="u" className="font-mono text-xs">{`${call.provider}/${call.upstream_model}`}</code>
              ) : null,
            ],
            ["Deployment", call.deployment_id || null],
            ["Call", call.call_type],
            ["Attempts", integer(call.attempts)],
          ]}
        />
      </Section>
      <Section title="What was said">{said}</Section>
      <Section title="Ids">
        <Facts
          facts={[
            ["Request", <Id key="r" id={call.id} />],
            ["Client's own", call.client_request_id ? <Id key="c" id={call.client_request_id} /> : null],
            ["Answer's", call.response_id ? <Id key="a" id={call.response_id} /> : null],
          ]}
        />
      </Section>
    </div>
  );
}

/** The wait for the first byte and the rest, to scale. */
function Timeline({ call }: { call: CallRow }) {
  const { duration_ms: whole, first_byte_ms: first } = call;
  if (whole === null || whole <= 0) return null;
  const share = first === null ? 100 : Math.max(2, Math.min(98, (100 * first) / whole));
  return (
    <Section title="Time">
      <div className="num flex justify-between text-soft text-xs">
        <span>{first === null ? "until it ended" : `first byte ${span(first)}`}</span>
        <span className="text-ink">{span(whole)}</span>
      </div>
      <div aria-hidden className="swatch mt-1.5 flex h-2 gap-px overflow-hidden rounded-full bg-line">
        <span className="bg-[var(--series-6)]" style={{ width: `${share}%` }} />
        {first !== null && <span className="flex-1 bg-[var(--series-1)]" />}
      </div>
      {first !== null && (
        <p className="mt-1.5 flex gap-4 text-faint text-xs">
          <Key color="var(--series-6)">waiting for the provider</Key>
          <Key color="var(--series-1)">answer, {span(Math.max(0, whole - first))}</Key>
        </p>
      )}
    </Section>
  );
}

function Cost({ call }: { call: CallRow }) {
  const lines: [string, bigint][] = [
    ["Prompt", call.prompt_tokens],
    ["of it read from cache", call.cache_read_tokens],
    ["of it written to cache", call.cache_write_tokens],
    ["Answer", call.completion_tokens],
    ["of it reasoning", call.reasoning_tokens],
  ];
  return (
    <dl className="num divide-y divide-line text-sm">
      {lines
        .filter(([name, tokens]) => tokens > 0n || !name.startsWith("of"))
        .map(([name, tokens]) => (
          <div key={name} className="flex justify-between py-1">
            <dt className={name.startsWith("of") ? "pl-4 text-faint" : "text-soft"}>{name}</dt>
            <dd>{integer(tokens)} tokens</dd>
          </div>
        ))}
      <div className="flex justify-between py-1 font-medium">
        <dt>
          {call.unpriced ? "Cost (the model has no price)" : "Cost"}
          {call.usage_source === "estimated" && <span className="font-normal text-faint"> · estimated</span>}
        </dt>
        <dd>{exactMoney(call.cost_nano_usd)}</dd>
      </div>
    </dl>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 font-semibold text-ink text-xs">{title}</h3>
      {children}
    </section>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  const known = facts.filter(([, value]) => value !== null && value !== "");
  return (
    <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-y-1 text-sm">
      {known.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Id({ id }: { id: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <code className="truncate font-mono text-xs">{id}</code>
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}

function Key({ color, children }: { color: string; children: ReactNode }) {
  return (
    <span className="flex items-center gap-1.5">
      <span aria-hidden className="swatch size-2 rounded-[2px]" style={{ background: color }} />
      {children}
    </span>
  );
}

/** Settings, General: what runs here, on which data, and what counts the limits. */

import type { Metadata } from "next";
import Link from "next/link";
import { bytes, integer } from "#components/format.ts";
import { type ShownValue, ValueList } from "#components/settings/value-list.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { databaseFacts } from "#db/queries/console-settings.ts";
import type { Config } from "#lib/config/config.ts";
import { maySee, PAGES } from "#lib/console/roles.ts";
import { openPage, type PageContext } from "../../../request.ts";
import { SettingsFrame } from "./frame.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function GeneralPage() {
  const page = await openPage("settings");
  const { deps, session, timezone } = page;
  const { config } = deps.policy();
  const operator = session.role === "admin" || session.role === "auditor";
  return (
    <SettingsFrame
      section="settings"
      role={session.role}
      note="What runs here. Values come from config.yaml and the environment; each line names what changes it."
    >
      <Card>
        <CardHead title="Gateway" />
        <ValueList
          values={[
            { name: "Version", value: <span className="num">{deps.version}</span> },
            {
              name: "Environment",
              value: config.production ? (
                <Badge tone="bad">Production</Badge>
              ) : (
                <Badge tone="warn">Development</Badge>
              ),
              setBy: "general_settings.environment",
              note: config.production
                ? "Weak master keys are refused and demo models are off."
                : "Demo models may answer, and a weak master key is only warned of.",
            },
            {
              name: "Reporting zone",
              value: timezone,
              setBy: "litellm_settings.timezone",
              note: "Days, months and budget periods begin in it, on every page and in every export.",
            },
            {
              name: "Public address",
              value: config.console.publicUrl ?? "whatever the browser asks for",
              setBy: "NEXTAUTH_URL",
            },
            ...(maySee(session.role, "privacyRetention")
              ? [
                  {
                    name: "Retention",
                    value: (
                      <Link
                        href={PAGES.privacyRetention.path}
                        prefetch={false}
                        className="text-accent hover:underline"
                      >
                        How long each store keeps what it holds
                      </Link>
                    ),
                    note: "Under Privacy.",
                  },
                ]
              : []),
          ]}
        />
      </Card>
      {operator && <Operation page={page} config={config} />}
    </SettingsFrame>
  );
}

async function Operation({ page: { deps }, config }: { page: PageContext; config: Config }) {
  const facts = await databaseFacts(deps.sql);
  const workers = deps.workers();
  return (
    <>
      <Card>
        <CardHead title="This process" />
        <ValueList
          values={[
            { name: "Instance", value: <code className="font-mono text-xs">{deps.origin}</code> },
            {
              name: "Workers",
              value: workers ? `${workers.running} of ${workers.wanted} serve` : "one process",
              setBy: "SHIN_WORKERS",
              ...(workers && workers.restarts > 0
                ? { note: `${integer(workers.restarts)} died and were started again since the start.` }
                : {}),
            },
            {
              name: "Listens on",
              value: <span className="num">{`${config.host}:${config.port}`}</span>,
              setBy: "HOST, PORT",
            },
            { name: "Node", value: <span className="num">{process.versions.node}</span> },
            {
              name: "Configuration",
              value: config.file === null ? "none: defaults and the environment" : fileName(config.file),
              setBy: "SHIN_CONFIG",
              ...(config.ignored.length > 0
                ? { note: `Known from LiteLLM and without effect here: ${config.ignored.join(", ")}.` }
                : {}),
            },
          ]}
        />
      </Card>
      <Card>
        <CardHead title="Data" />
        <ValueList values={[...databaseValues(config, facts), ...limitValues(config)]} />
      </Card>
    </>
  );
}

function databaseValues(config: Config, facts: { version: string; bytes: bigint }): ShownValue[] {
  return [
    {
      name: "Database",
      value:
        config.databaseUrl === null
          ? `embedded PostgreSQL ${facts.version}`
          : `PostgreSQL ${facts.version} at ${new URL(config.databaseUrl).hostname || "a local socket"}`,
      setBy: "DATABASE_URL",
    },
    { name: "Size", value: <span className="num">{bytes(facts.bytes)}</span> },
    {
      name: "An answer waits for",
      value:
        config.ledgerAcknowledge === "commit"
          ? "the database's commit"
          : "the journal on this machine's disk",
      setBy: "general_settings.ledger_acknowledge",
    },
  ];
}

function limitValues({ sharedStore, limitsOnStoreOutage }: Config): ShownValue[] {
  const outage = {
    closed: "calls that have limits are refused",
    open: "calls pass uncounted",
    local: "each process counts for itself",
  }[limitsOnStoreOutage];
  if (sharedStore === null)
    return [
      {
        name: "Limits are counted in",
        value: "this process's memory",
        setBy: "REDIS_URL",
        note: "Enough for one process. Several need a Redis or Upstash.",
      },
    ];
  return [
    {
      name: "Limits are counted in",
      value: `${sharedStore.kind === "redis" ? "Redis" : "Upstash Redis"} at ${new URL(sharedStore.url).host}`,
      setBy: sharedStore.kind === "redis" ? "REDIS_URL" : "UPSTASH_REDIS_REST_URL",
    },
    { name: "While it is away", value: outage, setBy: "general_settings.limits_on_store_outage" },
  ];
}

/** The folder is the machine's own business. */
function fileName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}

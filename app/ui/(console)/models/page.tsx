/** Models: what can be called, where it goes, what it costs and how it is. */
import { Boxes } from "lucide-react";
import type { Metadata } from "next";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { DroppedNotice } from "#components/data-table/dropped-notice.tsx";
import { FilterBar } from "#components/data-table/filter-bar.tsx";
import { linkTo, readQuery } from "#components/data-table/query.ts";
import { NothingMatches, NothingYet } from "#components/data-table/table-states.tsx";
import { compact, money, percent, plural } from "#components/format.ts";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { modelActivity } from "#db/queries/console-overview.ts";
import type { Config, Deployment } from "#lib/config/config.ts";
import { PAGES } from "#lib/console/roles.ts";
import { priceTable } from "#lib/models/cost.ts";
import { openPage, type PageContext, type SearchParams } from "../../../request.ts";

export const metadata: Metadata = { title: "Models" };

const DAY_MS = 86_400_000;
const SIZE = 50;
const STATES = ["ready", "resting", "unusable"] as const;
type State = (typeof STATES)[number];
const { path } = PAGES.models;

interface Row {
  readonly deployment: Deployment;
  readonly state: State;
  readonly restsForMs: number;
  /** First of its group, which tells the group's calls. */
  readonly first: boolean;
}

export default async function ModelsPage({ searchParams }: { searchParams: SearchParams }) {
  const page = await openPage("models");
  const { deps, nowMs, ownUserId } = page;
  const params = await searchParams;
  const query = readQuery(params);
  const search = query.text("q")?.toLowerCase();
  const state = query.word("status", STATES);
  const number = query.whole("page", 1, 1, 1000);
  await deps.ledger.flush();
  const activity = await modelActivity(deps.sql, nowMs - DAY_MS, ownUserId);
  const all = rowsOf(
    page,
    deps.policy().groups.all.flatMap((group) => group.deployments),
  );
  const matching = all.filter(
    ({ deployment: one, state: its }) =>
      (state === undefined || its === state) &&
      (search === undefined ||
        `${one.modelGroup} ${one.provider} ${one.upstreamModel}`.toLowerCase().includes(search)),
  );
  const rows = matching.slice((number - 1) * SIZE, number * SIZE);
  const groups = new Set(all.map((row) => row.deployment.modelGroup)).size;
  const filters = [search, state].filter((one) => one !== undefined).length;
  return (
    <>
      <PageHeader
        title="Models"
        note={`${plural(groups, "model")} on ${plural(all.length, "deployment")}. They come from config.yaml and from POST /model/new.`}
      />
      <DroppedNotice names={query.dropped} />
      <FilterBar
        fields={[
          { name: "q", label: "Search models", placeholder: "Model, provider or upstream name" },
          {
            name: "status",
            label: "State",
            any: "Any state",
            options: [
              { value: "ready", label: "Ready" },
              { value: "resting", label: "Resting after errors" },
              { value: "unusable", label: "Cannot be called" },
            ],
          },
        ]}
      />
      <DataTable
        caption="Deployments"
        columns={columnsOf(activity, deps.policy().config)}
        rows={rows}
        keyOf={(row) => row.deployment.id}
        state={{ path, params, page: number, size: SIZE, total: matching.length }}
        empty={
          filters > 0 ? (
            <NothingMatches what="models" filters={filters} clearHref={linkTo(path, {}, {})} />
          ) : (
            <NothingYet icon={Boxes} title="No models yet">
              <p>Add one to model_list in config.yaml; it is in force as soon as the file is saved.</p>
            </NothingYet>
          )
        }
      />
    </>
  );
}

function rowsOf({ deps, nowMs }: PageContext, deployments: readonly Deployment[]): Row[] {
  const seen = new Set<string>();
  return deployments.map((deployment) => {
    const restsForMs = deps.cooldown.restsForMs(deployment.id, nowMs);
    const first = !seen.has(deployment.modelGroup);
    seen.add(deployment.modelGroup);
    const state = deployment.unusable !== null ? "unusable" : restsForMs > 0 ? "resting" : "ready";
    return { deployment, state, restsForMs, first };
  });
}

function columnsOf(activity: Awaited<ReturnType<typeof modelActivity>>, config: Config): Column<Row>[] {
  const aliases = Object.entries(config.modelGroupAlias);
  return [
    {
      id: "name",
      header: "Model",
      className: "min-w-44",
      cell: ({ deployment: { modelGroup, provider } }) => (
        <span className="flex min-w-0 flex-col">
          <span className="flex items-center gap-2">
            <span className="truncate font-medium font-mono text-[0.8125rem] text-ink">{modelGroup}</span>
            {provider === "demo" && <Badge tone="accent">Demo</Badge>}
          </span>
          {aliases.some(([, target]) => target === modelGroup) && (
            <span className="truncate text-faint text-xs">
              also{" "}
              {aliases
                .filter(([, target]) => target === modelGroup)
                .map(([name]) => name)
                .join(", ")}
            </span>
          )}
        </span>
      ),
    },
    {
      id: "upstream",
      header: "Provider",
      cell: ({ deployment }) => (
        <span className="flex min-w-0 flex-col">
          <span className="text-ink">{deployment.provider}</span>
          <span className="truncate font-mono text-faint text-xs">{deployment.upstreamModel}</span>
        </span>
      ),
    },
    { id: "state", header: "State", cell: (row) => <StateBadge row={row} /> },
    {
      id: "calls",
      header: "Calls, 24 h",
      align: "right",
      from: "sm",
      cell: ({ deployment, first }) => {
        const { requests = 0, bad = 0 } = activity.get(deployment.modelGroup) ?? {};
        if (!first)
          return (
            <span className="text-faint" title="Counted with the model's first deployment">
              〃
            </span>
          );
        return (
          <span title={`${percent(bad, requests)} failed`}>
            {compact(requests)}
            {bad > 0 && <span className="text-bad"> · {compact(bad)} failed</span>}
          </span>
        );
      },
    },
    {
      id: "limits",
      header: "Limits",
      from: "xl",
      cell: ({ deployment }) => (
        <span className="num whitespace-nowrap text-soft text-xs">{limitsOf(deployment)}</span>
      ),
    },
    {
      id: "price",
      header: "Price per 1 M tokens",
      from: "lg",
      align: "right",
      cell: ({ deployment }) => <PriceCell deployment={deployment} />,
    },
    {
      id: "source",
      header: "From",
      from: "xl",
      cell: ({ deployment }) => (
        <span className="text-faint text-xs">
          {deployment.source === "stored" ? "the API" : deployment.source}
        </span>
      ),
    },
  ];
}

function StateBadge({ row: { state, restsForMs, deployment } }: { row: Row }) {
  if (state === "ready")
    return (
      <Badge tone="good" dot>
        Ready
      </Badge>
    );
  if (state === "resting")
    return (
      <Badge tone="warn" dot title="It failed too often; others of its group answer meanwhile">
        Rests {Math.ceil(restsForMs / 1000)} s
      </Badge>
    );
  return (
    <span className="flex max-w-56 flex-col gap-0.5">
      <Badge tone="bad" dot className="self-start">
        Cannot be called
      </Badge>
      <span className="text-faint text-xs">{deployment.unusable}</span>
    </span>
  );
}

function PriceCell({ deployment }: { deployment: Deployment }) {
  const table = priceTable(deployment);
  if (table === null)
    return deployment.provider === "demo" ? (
      <span className="text-faint">free</span>
    ) : (
      <Badge tone="warn">No price</Badge>
    );
  const { inputNanoUsdPerMillion: input, outputNanoUsdPerMillion: output } = table.base;
  return (
    <span
      className="whitespace-nowrap"
      title={deployment.price === null ? "From the bundled price list" : "Set for this deployment"}
    >
      {money(input)} <span className="text-faint">in</span> · {money(output)}{" "}
      <span className="text-faint">out</span>
    </span>
  );
}

function limitsOf({ limits }: Deployment): string {
  const parts = [
    limits.rpm === null ? null : `${compact(limits.rpm)} rpm`,
    limits.tpm === null ? null : `${compact(limits.tpm)} tpm`,
    limits.maxParallelRequests === null ? null : `${limits.maxParallelRequests} at once`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "None" : parts.join(" · ");
}

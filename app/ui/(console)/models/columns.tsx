/** The columns of Models. */
import type { Column } from "#components/data-table/data-table.tsx";
import { ago, compact, moment, money, percent, span } from "#components/format.ts";
import { ModelActions } from "#components/models/model-actions.tsx";
import type { ModelChoices } from "#components/models/target.ts";
import { Badge } from "#components/ui/badge.tsx";
import { cn } from "#components/ui/class-names.ts";
import type { LastCheck } from "#db/queries/console-models.ts";
import type { modelActivity } from "#db/queries/console-overview.ts";
import type { Deployment } from "#lib/config/config.ts";
import { priceTable } from "#lib/models/cost.ts";
import type { PageContext } from "../../../request.ts";
import { type ModelRow, targetOf } from "./rows.ts";

export function columnsOf({
  page: { deps, nowMs, timezone },
  activity,
  checks,
  choices,
}: {
  page: PageContext;
  activity: Awaited<ReturnType<typeof modelActivity>>;
  checks: ReadonlyMap<string, LastCheck>;
  /** Null for those who change nothing. */
  choices: ModelChoices | null;
}): Column<ModelRow>[] {
  const { config } = deps.policy();
  const aliases = Object.entries(config.modelGroupAlias);
  const columns: Column<ModelRow>[] = [
    {
      id: "name",
      header: "Model",
      className: "min-w-44",
      cell: ({ deployment: { modelGroup, provider }, first, place, peers }) => (
        <span className={cn("flex min-w-0 flex-col", !first && "pl-4 opacity-70")}>
          <span className="flex items-center gap-2">
            <span className="truncate font-medium font-mono text-[0.8125rem] text-ink">{modelGroup}</span>
            {provider === "demo" && <Badge tone="accent">Demo</Badge>}
          </span>
          {peers > 1 && (
            <span className="truncate text-faint text-xs">
              {place === null ? `one of ${peers}, tried in turn` : `tried as number ${place} of ${peers}`}
            </span>
          )}
          {first && aliases.some(([, target]) => target === modelGroup) && (
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
    {
      id: "state",
      header: "State",
      cell: (row) => (
        <span className="flex min-w-0 flex-col items-start gap-0.5">
          <StateBadge row={row} />
          <Check check={checks.get(row.deployment.id)} nowMs={nowMs} timezone={timezone} />
        </span>
      ),
    },
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
          {deployment.source === "stored" ? "this page or the API" : deployment.source}
        </span>
      ),
    },
  ];
  if (choices)
    columns.push({
      id: "actions",
      header: "Actions",
      align: "right",
      cell: ({ deployment, peers }) =>
        deployment.provider === "demo" ? null : (
          <ModelActions
            target={targetOf(deployment)}
            choices={choices}
            calls={activity.get(deployment.modelGroup)?.requests ?? 0}
            last={peers === 1}
          />
        ),
    });
  return columns;
}

/** The last call or test, whichever was later. */
function Check({
  check,
  nowMs,
  timezone,
}: {
  check: LastCheck | undefined;
  nowMs: number;
  timezone: string;
}) {
  if (!check) return <span className="text-faint text-xs">Not called in 24 h</span>;
  const { at, by, ms, ok, status } = check;
  return (
    <span
      className={cn("num whitespace-nowrap text-xs", ok ? "text-faint" : "text-bad")}
      title={moment(at, timezone)}
    >
      {by === "test" ? "Test" : "Call"} {ok ? "answered" : `failed${status ? ` (${status})` : ""}`}
      {ms === null ? "" : ` in ${span(ms)}`}, {ago(at, nowMs)}
    </span>
  );
}

function StateBadge({ row: { state, restsForMs, deployment } }: { row: ModelRow }) {
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
    <span className="flex flex-col whitespace-nowrap">
      <span>
        {money(input)} <span className="text-faint">in</span> · {money(output)}{" "}
        <span className="text-faint">out</span>
      </span>
      <span className="text-faint text-xs">
        {deployment.price === null ? "from the bundled list" : "set for this deployment"}
      </span>
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

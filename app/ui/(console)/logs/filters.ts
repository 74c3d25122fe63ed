/** What Logs can be filtered by. */
import type { FilterField } from "#components/data-table/filter-bar.tsx";
import type { CallFilter } from "#db/queries/guided-calls.ts";

const RANGE_OPTIONS = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
];
const OUTCOME_OPTIONS = [
  { value: "ok", label: "Answered" },
  { value: "refused", label: "Denied" },
  { value: "failed", label: "Failed" },
];

interface Choices {
  readonly models: readonly string[];
  /** What the key asked for is called, null without one or when it is gone. */
  readonly key: string | null;
  readonly person: { readonly id: string; readonly name: string } | null;
}

/** The fields of the bar. A request is looked for wherever and whenever it was: beside its id stands what narrows it already. */
export function filterFields(filter: CallFilter, { key, models, person }: Choices): FilterField[] {
  const { keyId, model, outcome, requestId } = filter;
  const listed = requestId === undefined;
  const of = (value: string) => ({ value, label: value });
  return [
    { name: "q", label: "Request id", placeholder: "Request id" },
    ...(listed ? [{ name: "range", label: "Time", any: "Last 24 hours", options: RANGE_OPTIONS }] : []),
    ...(listed || outcome !== undefined
      ? [{ name: "outcome", label: "Outcome", any: "Any outcome", options: OUTCOME_OPTIONS }]
      : []),
    ...(listed || model !== undefined
      ? [
          {
            name: "model",
            label: "Model",
            any: "Any model",
            options: (model === undefined || models.includes(model) ? models : [model, ...models]).map(of),
          },
        ]
      : []),
    ...(keyId === undefined
      ? []
      : [{ name: "key", label: "Key", any: "Any key", options: [{ value: keyId, label: key ?? keyId }] }]),
    ...(person === null
      ? []
      : [
          {
            name: "user",
            label: "User",
            any: "Anybody",
            options: [{ value: person.id, label: person.name }],
          },
        ]),
  ];
}

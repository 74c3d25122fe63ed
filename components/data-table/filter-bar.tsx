"use client";
/** Filters above a table. The URL is their only copy; a change asks the server for the page anew. */
import { Search, X } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore, useTransition } from "react";
import { isConnectionLost, onConnection } from "../shell/connection.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/class-names.ts";
import { Input, Select } from "../ui/input.tsx";

export interface FilterField {
  readonly name: string;
  readonly label: string;
  /** Absent: a text to search for. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** What holds when nothing is chosen. */
  readonly any?: string;
  readonly placeholder?: string;
}

const TYPING_MS = 250;

export interface FilterBarProps {
  readonly fields: readonly FilterField[];
  /** At the right: what keeps or exports what is filtered. */
  readonly trailing?: ReactNode;
}

/** Brings the URL's state along, which pages without filters have no use for. */
export function FilterBar(props: FilterBarProps) {
  return (
    <NuqsAdapter>
      <Filters {...props} />
    </NuqsAdapter>
  );
}

function Filters({ fields, trailing }: FilterBarProps) {
  const [pending, startTransition] = useTransition();
  const parsers = Object.fromEntries([
    ...fields.map((field) => [field.name, parseAsString]),
    ["page", parseAsString],
  ]);
  const [values, setValues] = useQueryStates(parsers, {
    shallow: false,
    startTransition,
    history: "push",
    scroll: false,
  });
  const lost = useSyncExternalStore(onConnection, isConnectionLost, () => false);
  const [waiting, setWaiting] = useState<Readonly<Record<string, string | null>>>({});
  // To ask while nobody answers would leave the page for the browser's own error: what is chosen meanwhile waits.
  useEffect(() => {
    if (lost || Object.keys(waiting).length === 0) return;
    setWaiting({});
    void setValues(waiting);
  }, [lost, waiting, setValues]);
  const change = (changes: Readonly<Record<string, string | null>>) =>
    lost ? setWaiting({ ...waiting, ...changes }) : void setValues(changes);
  const set = (name: string, value: string) => change({ [name]: value === "" ? null : value, page: null });
  const shown = { ...values, ...waiting };
  const active = fields.filter((field) => shown[field.name]).length;
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2" {...(pending ? { "data-filtering": "" } : {})}>
      {fields.map((field) =>
        field.options ? (
          <div key={field.name} className="w-[calc(50%-0.25rem)] sm:w-40">
            <Select
              aria-label={field.label}
              value={shown[field.name] ?? ""}
              onChange={(event) => set(field.name, event.target.value)}
              className={cn(shown[field.name] && "border-accent/60 font-medium")}
            >
              <option value="">{field.any ?? `Any ${field.label.toLowerCase()}`}</option>
              {field.options.map((option) => (
                <option key={option.value} value={option.value}>
                  {option.label}
                </option>
              ))}
            </Select>
          </div>
        ) : (
          <SearchBox
            key={field.name}
            field={field}
            value={shown[field.name] ?? ""}
            onChange={(value) => set(field.name, value)}
          />
        ),
      )}
      {active > 0 && (
        <Button
          variant="ghost"
          size="sm"
          onClick={() =>
            change(Object.fromEntries([...fields.map((field) => [field.name, null]), ["page", null]]))
          }
        >
          <X aria-hidden /> Clear
        </Button>
      )}
      {trailing && <div className="ml-auto flex items-center gap-2">{trailing}</div>}
      <span role="status" className="sr-only">
        {pending ? "Loading" : ""}
      </span>
    </search>
  );
}

function SearchBox({
  field,
  value,
  onChange,
}: {
  field: FilterField;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  // The URL may change by a link or the back button: then it is the truth.
  useEffect(() => {
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      onChange(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <div className="relative w-full sm:w-64">
      <Search
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-3.5 text-faint"
      />
      <Input
        type="search"
        aria-label={field.label}
        placeholder={field.placeholder ?? field.label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className="pl-8"
      />
    </div>
  );
}

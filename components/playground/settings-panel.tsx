"use client";
/** Which model or models, how they are asked, and with which key. */
import { Columns2, Dices, KeyRound } from "lucide-react";
import { Field } from "../form/field.tsx";
import { Button } from "../ui/button.tsx";
import { Input, Select, Textarea } from "../ui/input.tsx";
import type { Form } from "./conversation.ts";
import { KeyPanel } from "./key-panel.tsx";
import type { KeyChoice, PlaygroundKey } from "./use-key.ts";

export interface ModelChoice {
  readonly name: string;
  readonly demo: boolean;
}

export interface SettingsPanelProps {
  readonly models: readonly ModelChoice[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly form: Form;
  readonly onForm: (form: Form) => void;
  readonly faults: Readonly<Record<string, string>>;
  readonly choice: KeyChoice;
  readonly onChoice: (choice: KeyChoice) => void;
  readonly sessionKey: PlaygroundKey;
}

export function SettingsPanel(props: SettingsPanelProps) {
  const { models, teams, form, onForm, faults, choice, onChoice, sessionKey } = props;
  const [first = "", second] = form.models;
  const pick = (at: number, name: string) =>
    onForm({ ...form, models: form.models.map((one, index) => (index === at ? name : one)) });
  const other = models.find(({ name }) => name !== first)?.name ?? first;
  return (
    <aside
      aria-label="Settings of the calls"
      className="flex flex-col divide-y divide-line rounded-lg border border-line bg-surface shadow-card min-w-0 max-lg:order-2 lg:sticky lg:top-20"
    >
      <div className="flex flex-col gap-3 p-4">
        <ModelField
          label={second === undefined ? "Model" : "First model"}
          models={models}
          value={first}
          onPick={(name) => pick(0, name)}
        />
        {second === undefined ? (
          <Button
            size="sm"
            className="self-start"
            onClick={() => onForm({ ...form, models: [first, other] })}
          >
            <Columns2 aria-hidden /> Compare with another
          </Button>
        ) : (
          <>
            <ModelField
              label="Second model"
              models={models}
              value={second}
              onPick={(name) => pick(1, name)}
            />
            <Button
              size="sm"
              variant="ghost"
              className="self-start"
              onClick={() => onForm({ ...form, models: [first] })}
            >
              Only one model
            </Button>
          </>
        )}
      </div>
      <details className="group p-4" open>
        <summary className="flex items-center gap-2 rounded-sm font-medium text-sm">
          <Dices aria-hidden className="size-4 text-faint" /> How it is asked
        </summary>
        <div className="mt-3 flex flex-col gap-3">
          <Field label="System message" optional>
            {(control) => (
              <Textarea
                {...control}
                rows={2}
                value={form.system}
                placeholder="You are brief and precise."
                onChange={(event) => onForm({ ...form, system: event.target.value })}
              />
            )}
          </Field>
          <div className="grid grid-cols-3 gap-2">
            {NUMBERS.map(({ name, label, placeholder }) => (
              <Field key={name} label={label} error={faults[name]}>
                {(control) => (
                  <Input
                    {...control}
                    inputMode="decimal"
                    className="num"
                    placeholder={placeholder}
                    value={form[name]}
                    onChange={(event) => onForm({ ...form, [name]: event.target.value })}
                  />
                )}
              </Field>
            ))}
          </div>
          <p className="text-faint text-xs">What is empty is left to the model.</p>
          <label className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-[var(--accent)]"
              checked={form.stream}
              onChange={(event) => onForm({ ...form, stream: event.target.checked })}
            />
            Stream the answer
          </label>
        </div>
      </details>
      <div className="flex flex-col gap-3 p-4">
        <p className="flex items-center gap-2 font-medium text-sm">
          <KeyRound aria-hidden className="size-4 text-faint" /> Key
        </p>
        <KeyPanel teams={teams} choice={choice} onChoice={onChoice} sessionKey={sessionKey} />
      </div>
    </aside>
  );
}

const NUMBERS = [
  { name: "temperature", label: "Temp.", placeholder: "0–2" },
  { name: "topP", label: "Top p", placeholder: "0–1" },
  { name: "maxTokens", label: "Tokens", placeholder: "most" },
] as const;

function ModelField({
  label,
  models,
  value,
  onPick,
}: {
  label: string;
  models: readonly ModelChoice[];
  value: string;
  onPick: (name: string) => void;
}) {
  return (
    <Field label={label}>
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onPick(event.target.value)}>
          {models.map(({ name, demo }) => (
            <option key={name} value={name}>
              {demo ? `${name} (demo)` : name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

"use client";
/** Which models a key may call: all of them, or those that are ticked. */
import { Field } from "../form/field.tsx";
import { Select } from "../ui/input.tsx";

export function ModelPicker({
  known,
  chosen,
  onChange,
  error,
}: {
  known: readonly string[];
  chosen: readonly string[];
  onChange: (models: readonly string[]) => void;
  error?: string | undefined;
}) {
  const some = chosen.length > 0;
  const toggle = (model: string) =>
    onChange(chosen.includes(model) ? chosen.filter((one) => one !== model) : [...chosen, model]);
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Models"
        error={error}
        hint={some ? undefined : "The key can also call models that are added later."}
      >
        {(control) => (
          <Select
            {...control}
            value={some ? "some" : "all"}
            onChange={(event) => onChange(event.target.value === "all" ? [] : known.slice(0, 1))}
          >
            <option value="all">All models</option>
            <option value="some">Only chosen models</option>
          </Select>
        )}
      </Field>
      {some && (
        <fieldset className="grid max-h-36 gap-x-3 overflow-y-auto rounded-md border border-line p-2 sm:grid-cols-2">
          <legend className="sr-only">Models that the key may call</legend>
          {known.map((model) => (
            <label
              key={model}
              className="flex min-h-7 min-w-0 items-center gap-2 rounded px-1 text-sm hover:bg-hover"
            >
              <input
                type="checkbox"
                className="size-3.5 accent-[var(--accent)]"
                checked={chosen.includes(model)}
                onChange={() => toggle(model)}
              />
              <span className="truncate font-mono text-xs">{model}</span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}

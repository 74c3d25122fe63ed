"use client";
/** Theme and density of the tables, kept in this browser. */
import { Monitor, Moon, Rows2, Rows4, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import type { ComponentType } from "react";
import { useSyncExternalStore } from "react";
import { cn } from "../ui/class-names.ts";
import { DENSITIES, densityNow, onDensity, setDensity } from "./density.ts";

const THEMES = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
] as const;
const DENSITY_CHOICES = [
  { value: "comfortable", label: "Comfortable", icon: Rows2 },
  { value: "compact", label: "Compact", icon: Rows4 },
] as const;

export function AppearanceForm() {
  const { theme = "system", setTheme } = useTheme();
  // Neither is known to the server: nothing is marked as chosen until the browser has said so.
  const ready = useSyncExternalStore(
    onDensity,
    () => true,
    () => false,
  );
  const density = useSyncExternalStore(onDensity, densityNow, () => DENSITIES[0]);
  return (
    <div className="flex flex-col gap-6 px-4 pt-1 pb-5">
      <Choices legend="Theme" name="theme" choices={THEMES} value={ready ? theme : ""} onPick={setTheme} />
      <Choices
        legend="Rows of tables"
        name="density"
        choices={DENSITY_CHOICES}
        value={ready ? density : ""}
        onPick={(value) => setDensity(value === "compact" ? "compact" : "comfortable")}
      />
    </div>
  );
}

function Choices({
  legend,
  name,
  choices,
  value,
  onPick,
}: {
  legend: string;
  name: string;
  choices: readonly {
    value: string;
    label: string;
    icon: ComponentType<{ className?: string; "aria-hidden"?: boolean }>;
  }[];
  value: string;
  onPick: (value: string) => void;
}) {
  return (
    <fieldset>
      <legend className="mb-2 font-medium text-sm">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {choices.map(({ value: own, label, icon: Icon }) => (
          <label
            key={own}
            className={cn(
              "flex min-w-36 cursor-pointer items-center gap-2 rounded-md border px-3 py-2 text-sm has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent has-[:focus-visible]:outline-offset-2",
              value === own
                ? "border-accent bg-accent-wash font-medium"
                : "border-line-strong hover:bg-hover",
            )}
          >
            <input
              type="radio"
              name={name}
              value={own}
              checked={value === own}
              onChange={() => onPick(own)}
              className="sr-only"
            />
            <Icon aria-hidden className="size-4 text-faint" />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

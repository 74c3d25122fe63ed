"use client";
/** Theme, density of the tables, and shortcuts of single keys: kept in this browser. */
import { Keyboard, KeyboardOff, Monitor, Moon, Rows2, Rows4, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import type { ComponentType } from "react";
import { useSyncExternalStore } from "react";
import { onShortcuts, setShortcuts, shortcutsNow } from "../palette/shortcuts.ts";
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
const SHORTCUT_CHOICES = [
  { value: "on", label: "On", icon: Keyboard },
  { value: "off", label: "Off", icon: KeyboardOff },
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
  const shortcuts = useSyncExternalStore(onShortcuts, shortcutsNow, () => true);
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
      <Choices
        legend="Shortcuts of single keys"
        note="Such as / for the search box, ? for the list of them and g k for Keys. Switch them off when you speak to your computer, or press keys by accident; Ctrl or ⌘ with K works in any case."
        name="shortcuts"
        choices={SHORTCUT_CHOICES}
        value={ready ? (shortcuts ? "on" : "off") : ""}
        onPick={(value) => setShortcuts(value === "on")}
      />
    </div>
  );
}

function Choices({
  legend,
  note,
  name,
  choices,
  value,
  onPick,
}: {
  legend: string;
  note?: string;
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
      {note && <p className="-mt-1 mb-2 max-w-prose text-faint text-xs">{note}</p>}
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

"use client";
/** Columns and density of a table: a small menu in its foot, and the rules that put the choice into force. */
import { Settings2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useSyncExternalStore } from "react";
import { DENSITIES, densityNow, onDensity, setDensity } from "../settings/density.ts";
import { Button } from "../ui/button.tsx";
import {
  Menu,
  MenuCheck,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from "../ui/menu.tsx";
import { chooseColumns, columnChoice, columnRules, noColumnChoice, onColumnChoice } from "./column-choice.ts";

export interface OptionColumn {
  readonly id: string;
  readonly header: string;
  /** Shown from this width of the window on, in pixels, when nothing was chosen. */
  readonly fromPx: number;
}

export function TableOptions({ table, columns }: { table: string; columns: readonly OptionColumn[] }) {
  const choice = useSyncExternalStore(onColumnChoice, () => columnChoice(table), noColumnChoice);
  const density = useSyncExternalStore(onDensity, densityNow, () => DENSITIES[0]);
  const rules = columnRules(
    table,
    columns.map((column) => column.id),
    choice,
  );
  const isShown = ({ id, fromPx }: OptionColumn) => choice[id] ?? window.innerWidth >= fromPx;
  return (
    <>
      {rules !== "" && <style>{rules}</style>}
      <Menu>
        <MenuTrigger asChild>
          <Button variant="ghost" size="icon-sm">
            <Settings2 aria-hidden />
            <span className="sr-only">Columns and rows</span>
          </Button>
        </MenuTrigger>
        <MenuContent className="max-h-[min(24rem,70dvh)] overflow-y-auto">
          <MenuLabel>Columns</MenuLabel>
          {columns.map((column) => (
            <MenuCheck
              key={column.id}
              checked={isShown(column)}
              onCheckedChange={(on) => chooseColumns(table, { ...choice, [column.id]: on })}
            >
              {column.header}
            </MenuCheck>
          ))}
          {Object.keys(choice).length > 0 && (
            <MenuItem onSelect={() => chooseColumns(table, null)}>As they were</MenuItem>
          )}
          <MenuSeparator />
          <DropdownMenu.Group aria-label="Rows of all tables">
            <MenuLabel>Rows of all tables</MenuLabel>
            <MenuCheck
              checked={density === "compact"}
              onCheckedChange={(on) => setDensity(on ? "compact" : "comfortable")}
            >
              Compact
            </MenuCheck>
          </DropdownMenu.Group>
        </MenuContent>
      </Menu>
    </>
  );
}

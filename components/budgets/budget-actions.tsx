"use client";
/** What can be done to a budget: edit it, or raise it for a while. */
import { CircleFadingArrowUp, EllipsisVertical, PencilLine } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "../ui/menu.tsx";
import type { BudgetTarget } from "./target.ts";

const EditSheet = dynamic(() => import("./edit-sheet.tsx").then((module) => module.EditSheet), {
  ssr: false,
});
const RaiseSheet = dynamic(() => import("./raise-sheet.tsx").then((module) => module.RaiseSheet), {
  ssr: false,
});

/** @param spread buttons in a row instead of a menu */
export function BudgetActions({ target, spread = false }: { target: BudgetTarget; spread?: boolean }) {
  const [sheet, setSheet] = useState<"edit" | "raise" | null>(null);
  // A raise goes on top of an amount, and members have none.
  const raises = target.max !== "" && target.kind !== "team_member";
  return (
    <>
      {spread ? (
        <>
          <Button onClick={() => setSheet("edit")}>
            <PencilLine aria-hidden /> {target.max === "" ? "Set a budget" : "Edit budget"}
          </Button>
          {raises && (
            <Button onClick={() => setSheet("raise")}>
              <CircleFadingArrowUp aria-hidden /> Raise for a while
            </Button>
          )}
        </>
      ) : (
        <Menu>
          <MenuTrigger asChild>
            <Button variant="ghost" size="icon-sm">
              <EllipsisVertical aria-hidden />
              <span className="sr-only">Actions for the budget of {target.name}</span>
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => setSheet("edit")}>
              <PencilLine aria-hidden /> Edit…
            </MenuItem>
            {raises && (
              <MenuItem onSelect={() => setSheet("raise")}>
                <CircleFadingArrowUp aria-hidden /> Raise for a while…
              </MenuItem>
            )}
          </MenuContent>
        </Menu>
      )}
      {sheet === "edit" && <EditSheet target={target} onClose={() => setSheet(null)} />}
      {sheet === "raise" && <RaiseSheet target={target} onClose={() => setSheet(null)} />}
    </>
  );
}

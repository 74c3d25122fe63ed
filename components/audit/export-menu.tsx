"use client";
/** Downloads what the filters leave, all pages of it. */
import { Download } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "../ui/menu.tsx";

/** @param query the page's filters as they stand in the address, without the question mark */
export function ExportMenu({ query }: { query: string }) {
  const href = (format: string) => `/ui/audit/export?${query === "" ? "" : `${query}&`}format=${format}`;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button>
          <Download aria-hidden /> Export
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem asChild>
          <a href={href("csv")} download>
            CSV of these events
          </a>
        </MenuItem>
        <MenuItem asChild>
          <a href={href("jsonl")} download>
            JSON lines of these events
          </a>
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

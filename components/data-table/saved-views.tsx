"use client";
/** Filters kept under a name: a menu that leads to them, keeps those of now, and removes them again. */
import { Bookmark, Check, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";

const NameView = dynamic(() => import("./name-view.tsx").then((module) => module.NameView), { ssr: false });

export interface ViewChoice {
  readonly id: string;
  readonly name: string;
  /** The query of the address. */
  readonly query: string;
}

/** Which row is open, and which page of the list, are no filters. */
const NOT_KEPT = ["page", "id"];

export function SavedViews({ page, views }: { page: string; views: readonly ViewChoice[] }) {
  const path = usePathname();
  const router = useRouter();
  const api = useApi();
  const query = filtersOf(useSearchParams().toString());
  const [naming, setNaming] = useState(false);
  const here = views.find((view) => view.query === query);
  const remove = async (view: ViewChoice) => {
    const answer = await api("POST", "/console/views/remove", { id: view.id });
    router.refresh();
    if (!answer.ok) return void sayBad(`“${view.name}” was not removed`, { description: answer.message });
    say(`“${view.name}” is removed`, {
      duration: 10_000,
      action: {
        label: "Undo",
        onClick: async () => {
          await api("POST", "/console/views/save", { page, name: view.name, query: view.query });
          router.refresh();
        },
      },
    });
  };
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <Button>
            <Bookmark aria-hidden className={here ? "fill-accent text-accent" : ""} />
            <span className="max-w-40 truncate">{here?.name ?? "Views"}</span>
          </Button>
        </MenuTrigger>
        <MenuContent className="w-64">
          <MenuLabel>{views.length === 0 ? "No views yet. They are yours alone." : "Your views"}</MenuLabel>
          {views.map((view) => (
            <MenuItem key={view.id} asChild>
              <Link href={view.query === "" ? path : `${path}?${view.query}`} prefetch={false}>
                <span className="min-w-0 flex-1 truncate">{view.name}</span>
                {view === here && <Check aria-hidden className="text-accent!" />}
              </Link>
            </MenuItem>
          ))}
          <MenuSeparator />
          <MenuItem disabled={here !== undefined} onSelect={() => setNaming(true)}>
            <Bookmark aria-hidden /> Save this view…
          </MenuItem>
          {here && (
            <MenuItem danger onSelect={() => void remove(here)}>
              <Trash2 aria-hidden /> Remove “{here.name}”
            </MenuItem>
          )}
        </MenuContent>
      </Menu>
      {naming && <NameView page={page} query={query} onClose={() => setNaming(false)} />}
    </>
  );
}

/** In one order, so that the same filters are the same view. */
function filtersOf(search: string): string {
  const params = new URLSearchParams(search);
  for (const name of NOT_KEPT) params.delete(name);
  params.sort();
  return params.toString();
}

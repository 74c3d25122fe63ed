"use client";
/** Filters kept under a name: a menu that leads to them, keeps those of now, and removes them again. */
import { Bookmark, Check, Trash2 } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { useApi } from "../shell/api.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";
import { Notice } from "../ui/notice.tsx";

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
    const { toast } = await import("sonner");
    if (!answer.ok)
      return void toast.error(`“${view.name}” was not removed`, { description: answer.message });
    toast(`“${view.name}” is removed`, {
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

function NameView({ page, query, onClose }: { page: string; query: string; onClose: () => void }) {
  const router = useRouter();
  const form = useForm({ name: "" });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const name = form.values["name"]?.trim() ?? "";
    if (!(await form.send("/console/views/save", { page, name, query }))) return;
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="Save this view"
        description="Filters, order and grouping of now, for you alone. The same name replaces the view before."
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            <Field label="Name" error={form.errors["name"]}>
              {(control) => (
                <Input
                  {...control}
                  {...form.bind("name")}
                  autoFocus
                  required
                  maxLength={60}
                  autoComplete="off"
                />
              )}
            </Field>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy}>
              {form.busy ? "Saving…" : "Save view"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** In one order, so that the same filters are the same view. */
function filtersOf(search: string): string {
  const params = new URLSearchParams(search);
  for (const name of NOT_KEPT) params.delete(name);
  params.sort();
  return params.toString();
}

"use client";
/** On every page while there is made-up data: nobody should take it for real, and an admin can be rid of it. */
import { FlaskConical } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useForm } from "../form/use-form.ts";
import { integer } from "../format.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";

export interface DemoBannerProps {
  readonly days: number;
  readonly calls: number;
  /** The day it was made, in words. */
  readonly until: string;
  readonly removable: boolean;
}

export function DemoBanner({ days, calls, until, removable }: DemoBannerProps) {
  const router = useRouter();
  const form = useForm({});
  const [open, setOpen] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await form.send("/console/demo-data/remove", {}))) return;
    setOpen(false);
    router.refresh();
  };
  return (
    <aside
      aria-label="Made-up data"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-warn/30 border-b bg-warn-wash px-4 py-1.5 text-sm text-warn sm:px-6"
    >
      <FlaskConical aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1">
        <strong className="font-medium">Made-up data.</strong> {integer(calls)} calls up to {until}
        <span className="max-sm:sr-only"> ({days} days) and their keys, people and teams</span> are synthetic.
      </p>
      {removable && (
        <Button size="sm" onClick={() => setOpen(true)}>
          Remove it
        </Button>
      )}
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent
          title="Remove the made-up data"
          description="Its calls, keys, people and teams go. What is real stays as it is."
        >
          <form onSubmit={(event) => void submit(event)} className="flex flex-col">
            {form.failure && (
              <DialogBody>
                <Notice tone="bad" live>
                  {form.failure}
                </Notice>
              </DialogBody>
            )}
            <DialogFooter>
              <DialogClose asChild>
                <Button variant="ghost">Cancel</Button>
              </DialogClose>
              <Button type="submit" variant="danger" disabled={form.busy}>
                {form.busy ? "Removing…" : "Remove it"}
              </Button>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </aside>
  );
}

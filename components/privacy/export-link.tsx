"use client";
/** Makes the link to an export: shown once, good without signing in, once and for a quarter of an hour. */
import { Link2 } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "../copy-button.tsx";
import { useForm } from "../form/use-form.ts";
import { clock } from "../format.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

export function ExportLink({ id, origin, timezone }: { id: string; origin: string; timezone: string }) {
  const form = useForm({});
  const [made, setMade] = useState<{ url: string; until: string } | null>(null);
  const make = async () => {
    const data = await form.send(`/privacy/requests/${id}/link`, {});
    if (data)
      setMade({
        url: `${origin}${String(data["path"])}`,
        until: clock(new Date(String(data["expires_at"])), timezone),
      });
  };
  return (
    <div className="flex flex-col gap-3">
      {form.failure && (
        <Notice tone="bad" live>
          {form.failure}
        </Notice>
      )}
      {made ? (
        <div role="status" className="flex flex-col gap-1.5">
          <div className="flex items-center gap-2 rounded-md border border-line bg-sunken px-3 py-2">
            <code className="min-w-0 flex-1 break-all font-mono text-xs">{made.url}</code>
            <CopyButton text={made.url} label="Copy the link" />
          </div>
          <p className="text-faint text-xs">
            Shown this once, good for one download until {made.until}. Whoever has it gets the file: send it
            to nobody else. When a download is cut short, make a new link.{" "}
            <a className="text-accent hover:underline" href={made.url}>
              Open it here
            </a>
          </p>
        </div>
      ) : (
        <div>
          <Button variant="primary" disabled={form.busy} onClick={() => void make()}>
            <Link2 aria-hidden /> Make a link to the file
          </Button>
        </div>
      )}
    </div>
  );
}

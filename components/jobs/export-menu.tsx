"use client";
/** Asks for what the page's filters leave, as a file. Long ones are written by a job that goes on when the page is left. */
import { Download } from "lucide-react";
import { useRouter } from "next/navigation";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "../ui/menu.tsx";

const FORMATS = [
  { format: "csv", label: "CSV" },
  { format: "json", label: "JSON" },
  { format: "focus", label: "FOCUS (FinOps) CSV" },
] as const;

/**
 * @param asked what `POST /exports` gets besides the format
 * @param now a file that is small enough to come at once
 */
export function ExportMenu({
  asked,
  now,
}: {
  asked: Readonly<Record<string, string>>;
  now?: { readonly href: string; readonly label: string };
}) {
  const router = useRouter();
  const api = useApi();
  const ask = async (format: string) => {
    const answer = await api("POST", "/exports", { ...asked, format });
    if (!answer.ok) {
      sayBad(answer.message, {
        ...(answer.requestId === null ? {} : { description: `Request ${answer.requestId}` }),
      });
      return;
    }
    const id = String(answer.data["job_id"]);
    say("The export is being written", {
      description: "It stands under Jobs, also when you leave this page.",
      action: { label: "Open", onClick: () => router.push(`/ui/jobs?id=${encodeURIComponent(id)}`) },
    });
  };
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button>
          <Download aria-hidden /> Export
        </Button>
      </MenuTrigger>
      <MenuContent>
        {now && (
          <>
            <MenuItem asChild>
              <a href={now.href} download>
                {now.label}
              </a>
            </MenuItem>
            <MenuSeparator />
          </>
        )}
        <MenuLabel>As a job, any size</MenuLabel>
        {FORMATS.map(({ format, label }) => (
          <MenuItem key={format} onSelect={() => void ask(format)}>
            {label}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}

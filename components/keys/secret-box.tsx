"use client";
/** A secret, shown once: hidden until asked for, with a copy button and a line for `.env`. It lives in this page's memory alone. */
import { Download, Eye, EyeOff } from "lucide-react";
import { useEffect, useState } from "react";
import { CopyButton } from "../copy-button.tsx";
import { Button } from "../ui/button.tsx";

export function SecretBox({
  secret,
  taken,
  onTaken,
  variable = "SHIN_KEY",
  lost = "It is shown this once. Lost it? Rotate the key.",
}: {
  secret: string;
  taken: boolean;
  onTaken: () => void;
  /** Its name in the `.env` line. */
  variable?: string;
  lost?: string;
}) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (taken) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [taken]);
  const download = () => {
    const url = URL.createObjectURL(new Blob([`${variable}=${secret}\n`], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: url, download: "shin.env" }).click();
    URL.revokeObjectURL(url);
    onTaken();
  };
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-1 rounded-md border border-line-strong bg-sunken py-1 pr-1 pl-3">
        <code data-secret className="min-w-0 flex-1 truncate font-mono text-ink text-sm" translate="no">
          {shown ? secret : `${secret.slice(0, 7)}${"•".repeat(24)}`}
        </code>
        <Button variant="ghost" size="icon-sm" aria-pressed={shown} onClick={() => setShown(!shown)}>
          <Icon aria-hidden />
          <span className="sr-only">{shown ? "Hide the key" : "Show the key"}</span>
        </Button>
        <CopyButton text={secret} label="Copy the key" onCopied={onTaken} />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-faint text-xs">{lost}</p>
        <Button variant="link" size="sm" onClick={download}>
          <Download aria-hidden /> Download .env
        </Button>
      </div>
    </div>
  );
}

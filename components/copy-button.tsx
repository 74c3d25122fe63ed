"use client";
/** Copies a text and says so. */
import { Check, Copy, X } from "lucide-react";
import { type MouseEvent, useEffect, useState } from "react";
import { copyText } from "./copy-text.ts";
import { Button } from "./ui/button.tsx";

export function CopyButton({
  text,
  label,
  onCopied,
  showLabel = false,
}: {
  text: string;
  label: string;
  onCopied?: () => void;
  showLabel?: boolean;
}) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async ({ currentTarget }: MouseEvent<HTMLElement>) => {
    const copied = await copyText(text, currentTarget);
    setState(copied ? "copied" : "failed");
    if (copied) onCopied?.();
  };
  const said = state === "copied" ? "Copied" : state === "failed" ? "Select it and copy by hand" : label;
  return (
    <Button
      variant={showLabel ? "secondary" : "ghost"}
      size={showLabel ? "md" : "icon-sm"}
      onClick={(event) => void copy(event)}
      title={said}
    >
      {state === "copied" && <Check aria-hidden className="text-good" />}
      {state === "failed" && <X aria-hidden className="text-bad" />}
      {state === "idle" && <Copy aria-hidden />}
      <span className={showLabel ? "" : "sr-only"}>
        {showLabel ? (state === "idle" ? label : said) : label}
      </span>
      <span role="status" className="sr-only">
        {state === "idle" ? "" : said}
      </span>
    </Button>
  );
}

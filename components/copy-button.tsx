"use client";
/** Copies a text and says so. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
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
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
      onCopied?.();
    } catch {
      // No permission, or plain HTTP on another host: the person selects the text instead.
      setState("failed");
    }
  };
  const said = state === "copied" ? "Copied" : state === "failed" ? "Select it and copy by hand" : label;
  return (
    <Button
      variant={showLabel ? "secondary" : "ghost"}
      size={showLabel ? "md" : "icon-sm"}
      onClick={() => void copy()}
      title={said}
    >
      {state === "copied" ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
      <span className={showLabel ? "" : "sr-only"}>
        {showLabel ? (state === "idle" ? label : said) : label}
      </span>
      <span role="status" className="sr-only">
        {state === "copied" ? "Copied" : ""}
      </span>
    </Button>
  );
}

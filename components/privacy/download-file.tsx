"use client";
/** Where the link to an export leads. The secret stands behind the # and goes to the gateway in a request's body alone. */
import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

export function DownloadFile() {
  const [link, setLink] = useState<string | null>(null);
  const [state, setState] = useState<"ready" | "loading" | "done" | { failure: string }>("ready");
  useEffect(() => {
    const found = window.location.hash.slice(1);
    // Effects may run twice; the second time the address has been cleaned.
    setLink((before) => before || found);
    if (found) window.history.replaceState(null, "", window.location.pathname);
  }, []);
  const fetchFile = async () => {
    setState("loading");
    setState(await download(link ?? ""));
  };
  if (link === null) return <div aria-hidden className="skeleton h-10" />;
  if (link === "")
    return (
      <Notice tone="warn">This page needs the whole link that you were sent, with what follows the #.</Notice>
    );
  return (
    <div className="flex flex-col gap-4">
      {typeof state === "object" && (
        <Notice tone="bad" live>
          {state.failure}
        </Notice>
      )}
      {state === "done" && (
        <Notice tone="good" live>
          The file is on your device. Open index.html in it to read it.
        </Notice>
      )}
      <Button
        variant="primary"
        size="lg"
        disabled={state === "loading" || state === "done"}
        onClick={() => void fetchFile()}
      >
        <Download aria-hidden /> {state === "loading" ? "Fetching…" : "Download"}
      </Button>
    </div>
  );
}

async function download(link: string): Promise<"done" | { failure: string }> {
  try {
    const answer = await fetch("/privacy/download", {
      method: "POST",
      cache: "no-store",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ link }),
    });
    if (!answer.ok) {
      const { error }: { error?: { message?: string } } = await answer.json();
      return { failure: error?.message ?? `The gateway answered ${answer.status}.` };
    }
    const url = URL.createObjectURL(await answer.blob());
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download =
      /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "export.zip";
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return "done";
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return {
      failure:
        "The gateway cannot be reached, or the download was cut short. Try again; a link that was used by then opens nothing more, so ask for a new one.",
    };
  }
}

"use client";
/** Saves the signed report as a file: the API answers it as JSON, and reading it is an event. */
import { Download } from "lucide-react";
import { useState } from "react";
import { tellFailure } from "../people/user-actions.tsx";
import { useApi } from "../shell/api.tsx";
import { Button } from "../ui/button.tsx";

export function DownloadReport() {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const answer = await api("GET", "/compliance/report");
    setBusy(false);
    if (!answer.ok) return tellFailure("No report was made", answer);
    const file = new Blob([JSON.stringify(answer.data, null, 2)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `compliance-report-${new Date().toISOString().slice(0, 10)}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Button disabled={busy} onClick={() => void save()} className="print:hidden">
      <Download aria-hidden /> Signed JSON
    </Button>
  );
}

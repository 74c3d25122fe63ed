"use client";
/** Set-up in two steps on one page: who you are, then your key and the wait for its first request. */
import { useEffect, useState } from "react";
import { Notice } from "../ui/notice.tsx";
import { AdminForm } from "./admin-form.tsx";
import { FirstKey, type MadeKey } from "./first-key.tsx";

export function SetUp({ origin, model }: { origin: string; model: string }) {
  const [code, setCode] = useState<string | null>(null);
  const [made, setMade] = useState<MadeKey | null>(null);
  useEffect(() => {
    // Read once and taken out of the address bar, so that it does not stay in the history.
    const found = window.location.hash.slice(1);
    setCode(found);
    if (found) window.history.replaceState(null, "", window.location.pathname);
  }, []);
  if (made) return <FirstKey made={made} origin={origin} model={model} />;
  if (code === null) return <div aria-hidden className="skeleton h-64" />;
  return (
    <div className="flex max-w-md flex-col gap-4">
      {code === "" && (
        <Notice tone="warn">
          This page needs a set-up link. It stands in the output of the gateway's first start; print a new one
          on its machine: <code className="font-mono text-xs">npx shin setup-link</code>
        </Notice>
      )}
      <AdminForm code={code} onMade={setMade} />
    </div>
  );
}

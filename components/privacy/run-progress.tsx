"use client";
/** How far the job of a request is. Asks the gateway while it works and somebody looks, which finishes the request once the job is done. */
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { integer, percent } from "../format.ts";
import { useApi } from "../shell/api.tsx";

const EVERY_MS = 2_000;

export function RunProgress({
  id,
  done,
  total,
  note,
}: {
  id: string;
  done: number;
  total: number | null;
  note: string;
}) {
  const router = useRouter();
  const api = useApi();
  useEffect(() => {
    const look = async () => {
      if (document.hidden) return;
      await api("GET", `/privacy/requests/${id}`);
      router.refresh();
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => clearInterval(timer);
  }, [api, id, router]);
  const known = total !== null && total > 0;
  return (
    <div className="flex flex-col gap-1.5">
      <progress
        aria-label="Progress"
        className="h-1.5 w-full overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
        {...(known ? { value: done, max: total } : {})}
      />
      <p className="num text-soft text-xs">
        {known ? `${percent(done, total)} · ${integer(done)} of ${integer(total)}` : "Waiting for its turn"}
        {note && ` · ${note}`}
      </p>
    </div>
  );
}

"use client";
/** How far the job of a request is. Asks for the page anew while it works. */
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { integer, percent } from "../format.ts";

const EVERY_MS = 2_000;

export function RunProgress({ done, total, note }: { done: number; total: number | null; note: string }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => router.refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
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

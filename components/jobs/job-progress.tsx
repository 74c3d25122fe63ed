"use client";
/** How far a job is. It asks every two seconds while the job lives and the page is seen; what it shows first came with the page. */
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { integer, span } from "../format.ts";
import { useApi } from "../shell/api.tsx";
import { Badge } from "../ui/badge.tsx";
import { isAlive, JOB_STATES, type JobLine } from "./job-state.ts";

const ASK_MS = 2000;

export function JobProgress({ job: given }: { job: JobLine }) {
  const router = useRouter();
  const api = useApi();
  const [fresh, setFresh] = useState<JobLine | null>(null);
  // The page may have been read anew since the last answer: whatever has ended stays so.
  const job = fresh && isAlive(given) ? fresh : given;
  const alive = isAlive(given);
  useEffect(() => {
    if (!alive) return;
    let over = false;
    const ask = async () => {
      if (document.hidden) return;
      const answer = await api("GET", `/jobs/${given.id}`);
      if (over || !answer.ok) return;
      // The gateway's own view of a job, see lib/jobs/view.ts.
      const next = answer.data as Record<string, unknown> & JobLine;
      setFresh(next);
      if (!isAlive(next)) router.refresh();
    };
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [alive, api, given.id, router]);
  const { name, tone } = JOB_STATES[job.state];
  const share = job.total ? Math.min(1, (job.done ?? 0) / job.total) : null;
  return (
    <div className="flex min-w-40 flex-col gap-1">
      <span className="flex items-center gap-2">
        <Badge tone={job.cancelling ? "warn" : tone} dot>
          {job.cancelling ? "Stopping" : name}
        </Badge>
        <span className="num truncate text-soft text-xs" title={job.error ?? undefined}>
          {job.error ?? told(job)}
        </span>
      </span>
      {job.state === "running" && (
        <span
          role="progressbar"
          aria-label="Progress"
          aria-valuemin={0}
          aria-valuemax={100}
          {...(share === null ? {} : { "aria-valuenow": Math.round(share * 100) })}
          className="gauge relative h-1 overflow-hidden rounded-full bg-line"
        >
          <span
            className="absolute inset-y-0 left-0 rounded-full bg-accent transition-[width] motion-reduce:transition-none"
            style={{ width: `${(share ?? 0) * 100}%` }}
          />
        </span>
      )}
    </div>
  );
}

/** `18,240 of 48,211 · 3,100/s · 10 s left` */
function told({ done, eta_seconds: eta, note, rate, state, total }: JobLine): string {
  if (done === null) return "";
  const counted = `${integer(done)}${total === null ? "" : ` of ${integer(total)}`}${note === null ? "" : ` ${note}`}`;
  if (state !== "running") return counted;
  const pace = rate === null ? "" : ` · ${rate >= 10 ? integer(Math.round(rate)) : rate.toFixed(1)}/s`;
  return `${counted}${pace}${eta === null ? "" : ` · ${span(eta * 1000)} left`}`;
}

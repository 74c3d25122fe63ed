/** One job beside the list: how it went, what came out, and its file's hash to compare with. */
import { Download } from "lucide-react";
import { CopyButton } from "#components/copy-button.tsx";
import { bytes, moment } from "#components/format.ts";
import { JobProgress } from "#components/jobs/job-progress.tsx";
import { buttonVariants } from "#components/ui/button.tsx";
import { DialogBody } from "#components/ui/dialog-frame.tsx";
import { type Fact, Facts } from "#components/ui/facts.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { JobView } from "#lib/jobs/view.ts";
import type { PageContext } from "../../../request.ts";
import { mayFetch } from "./rights.ts";

export function JobPeek({
  page,
  job,
  starter,
}: {
  page: PageContext;
  job: JobView | null;
  starter: (job: JobView) => string;
}) {
  if (!job)
    return (
      <DialogBody>
        <p className="text-soft text-sm">There is no such job, or it is somebody else's.</p>
      </DialogBody>
    );
  const at = (text: string | null) => (text === null ? "–" : moment(new Date(text), page.timezone));
  const facts: Fact[] = [
    ["State", <JobProgress key={job.id} job={job} />],
    ["Started by", starter(job)],
    ["Asked", at(job.created_at)],
    ["Began", at(job.started_at)],
    ["Ended", at(job.finished_at)],
    ["Attempts", job.attempts],
    [
      "Job",
      <span className="font-mono text-xs" key="id">
        {job.id}
      </span>,
    ],
    [
      "Kind",
      <span className="font-mono text-xs" key="kind">
        {job.kind}
      </span>,
    ],
    ...Object.entries(job.result ?? {})
      .filter(([name]) => name !== "sha256" && name !== "size_bytes")
      .map(([name, value]): Fact => [nameOf(name), shown(value)]),
  ];
  return (
    <DialogBody className="flex flex-col gap-4 px-0 py-0">
      {job.error !== null && (
        <Notice tone="bad" className="mx-4 mt-4">
          {job.error}
        </Notice>
      )}
      <Facts facts={facts} />
      {job.file && (
        <section className="border-line border-t pt-3">
          <h3 className="px-4 pb-1 font-semibold text-sm">File</h3>
          <Facts
            facts={[
              ["Name", job.file.name],
              ["Size", bytes(job.file.size_bytes)],
              [
                "SHA-256",
                <span key="hash" className="flex items-start gap-1">
                  <span className="break-all font-mono text-xs">{job.file.sha256}</span>
                  <CopyButton text={job.file.sha256} label="Copy the hash" />
                </span>,
              ],
              ["Kept until", at(job.file.expires_at)],
            ]}
          />
          {mayFetch(page, job) && (
            <p className="px-4 py-3">
              <a
                href={`/ui/jobs/${encodeURIComponent(job.id)}/file`}
                download
                className={buttonVariants({ variant: "primary" })}
              >
                <Download aria-hidden /> Download
              </a>
            </p>
          )}
        </section>
      )}
    </DialogBody>
  );
}

/** `cost_usd` -> `Cost, USD`. */
function nameOf(name: string): string {
  const words = name.replace(/_usd$/, ", USD").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

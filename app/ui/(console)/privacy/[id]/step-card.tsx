/** What is to do now, and for whom. */
import type { ReactNode } from "react";
import { RunProgress } from "#components/privacy/run-progress.tsx";
import {
  ApproveForm,
  DecideForm,
  IdentifyForm,
  LocateForm,
  RunForm,
  type StepTarget,
} from "#components/privacy/step-forms.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { jobsOf, PrivacyRequestRow } from "#db/queries/privacy-requests.ts";
import type { ConsoleSession } from "#lib/console/session.ts";

type Job = Awaited<ReturnType<typeof jobsOf>>[number];

interface Props {
  readonly row: PrivacyRequestRow;
  readonly job: Job | null;
  readonly session: ConsoleSession;
  /** False for those who only look. */
  readonly change: boolean;
}

const TITLES: Readonly<Record<string, string>> = {
  identify: "Make sure who asks",
  locate: "Find what is held",
  decide: "Decide",
  approve: "A second person approves",
  run: "Do it",
};

export function StepCard(props: Props) {
  const { row } = props;
  const title = TITLES[row.step];
  if (title === undefined) return null;
  return (
    <Card>
      <CardHead title={title} />
      <div className="border-line border-t p-4">{contentOf(props)}</div>
    </Card>
  );
}

function contentOf({ change, job, row, session }: Props): ReactNode {
  const target: StepTarget = {
    id: row.id,
    type: row.type,
    subjectKind: row.subjectKind,
    subject: row.subjectId,
  };
  if (row.step === "run" && job && (job.state === "queued" || job.state === "running"))
    return (
      <RunProgress
        id={row.id}
        done={Number(job.progress["done"] ?? 0)}
        total={typeof job.progress["total"] === "number" ? job.progress["total"] : null}
        note={typeof job.progress["note"] === "string" ? job.progress["note"] : ""}
      />
    );
  // The job is done; what follows from it is written when the gateway is asked.
  if (row.step === "run" && job?.state === "done")
    return <RunProgress id={row.id} done={1} total={1} note="finishing" />;
  if (!change) return <Notice tone="info">Admins and data protection officers take this step.</Notice>;
  switch (row.step) {
    case "identify":
      return <IdentifyForm target={target} />;
    case "locate":
      return <LocateForm target={target} />;
    case "decide":
      return (
        <div className="flex flex-col gap-4">
          <DecideForm target={target} />
          <LocateForm target={target} again />
        </div>
      );
    case "approve":
      return <ApproveForm target={target} why={whyNot(row, session)} />;
    default:
      return (
        <div className="flex flex-col gap-4">
          {job?.error && <Notice tone="bad">The last attempt failed: {job.error}</Notice>}
          <RunForm target={target} granted={row.decision?.["grant"] === true} again={job !== null} />
        </div>
      );
  }
}

/** As the operation itself says it; here so that nobody has to try. */
function whyNot(row: PrivacyRequestRow, { userId }: ConsoleSession): string | null {
  if (userId === row.assignee || userId === row.createdBy)
    return "You took this request in or decided it. Another data protection officer or admin approves it; send them this page's address.";
  if (row.subjectKind === "user" && row.subjectId === userId)
    return "This request is about you: another data protection officer or admin approves it.";
  return null;
}

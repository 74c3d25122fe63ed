"use client";
/** Somebody else saved first: who, what, and that nothing of this form is lost. */
import type { ApiFailure } from "../shell/api.tsx";
import { Notice } from "../ui/notice.tsx";

export interface Conflict {
  /** What to send to save over it. */
  readonly updatedAt: string;
  readonly by: string;
  readonly changed: readonly {
    readonly field: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

/** Null for a refusal of any other kind. */
export function conflictOf(refusal: ApiFailure | null): Conflict | null {
  if (refusal?.status !== 409 || refusal.param !== "if_updated_at") return null;
  const { changed, changed_by, updated_at } = refusal.more;
  return {
    updatedAt: String(updated_at),
    by: String(changed_by || "Somebody"),
    changed: Array.isArray(changed) ? changed : [],
  };
}

export function ChangedMeanwhile({ conflict }: { conflict: Conflict }) {
  return (
    <Notice tone="warn" live>
      <p>
        <strong className="font-medium">{conflict.by}</strong> changed this key while you had it open. Yours
        is not saved yet.
      </p>
      <ul className="mt-1.5 flex flex-col gap-0.5">
        {conflict.changed.map(({ field, before, after }) => (
          <li key={field}>
            {field.replaceAll("_", " ")}: <span className="line-through">{before ?? "none"}</span> →{" "}
            <strong className="font-medium">{after ?? "none"}</strong>
          </li>
        ))}
      </ul>
      <p className="mt-1.5">
        Saving sets what you changed and leaves the rest as it is now. Cancel to see the key first.
      </p>
    </Notice>
  );
}

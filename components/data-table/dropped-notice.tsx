/** Says which values of the address meant nothing; the page shows itself without them. */
import { Notice } from "../ui/notice.tsx";

export function DroppedNotice({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <Notice tone="info" className="mb-3">
      Left out of the address because {names.length === 1 ? "it means" : "they mean"} nothing here:{" "}
      {[...new Set(names)].join(", ")}.
    </Notice>
  );
}

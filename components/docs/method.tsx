/** An HTTP method as a word that is found by eye. */
import { cn } from "../ui/class-names.ts";

const TONES: Readonly<Record<string, string>> = {
  GET: "text-good",
  POST: "text-accent",
  PATCH: "text-warn",
  PUT: "text-warn",
  DELETE: "text-bad",
};

export function Method({ method, short = false }: { method: string; short?: boolean }) {
  return (
    <span
      className={cn(
        "shrink-0 font-mono font-semibold text-2xs",
        short && "w-9",
        TONES[method] ?? "text-soft",
      )}
    >
      {short && method === "DELETE" ? "DEL" : method}
    </span>
  );
}

/** The way of a request: what is behind it, where it stands, what is to come. */
import { Check } from "lucide-react";
import { REQUEST_STEPS } from "#lib/privacy/requests/names.ts";
import { cn } from "../ui/class-names.ts";
import { stepName } from "./words.ts";

const WAY = REQUEST_STEPS.filter((step) => step !== "closed");

/** @param closed it ended before its way did */
export function Stepper({ step, closed }: { step: string; closed: boolean }) {
  const at = WAY.findIndex((one) => one === step);
  return (
    <ol aria-label="Steps" className="mb-5 grid grid-cols-3 gap-x-2 gap-y-3 sm:grid-cols-6">
      {WAY.map((one, index) => {
        const done = !closed && (index < at || step === "done");
        const here = !closed && index === at && step !== "done";
        return (
          <li
            key={one}
            {...(here ? { "aria-current": "step" as const } : {})}
            className={cn(
              "flex items-center gap-2 border-t-2 pt-2 text-sm",
              done
                ? "border-good text-soft"
                : here
                  ? "border-accent font-medium text-ink"
                  : "border-line text-faint",
            )}
          >
            {done ? (
              <Check aria-hidden className="size-3.5 shrink-0 text-good" />
            ) : (
              <span aria-hidden className="num w-3.5 shrink-0 text-center text-xs">
                {index + 1}
              </span>
            )}
            {stepName(one)}
            {done && <span className="sr-only">, done</span>}
          </li>
        );
      })}
    </ol>
  );
}

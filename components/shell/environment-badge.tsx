/** Which gateway this is: nobody should revoke a key in production believing it is a trial. */
import { cn } from "../ui/class-names.ts";

export function EnvironmentBadge({ production }: { production: boolean }) {
  return (
    <span
      title={production ? "This gateway serves production" : "This gateway is not marked as production"}
      className={cn(
        "rounded-[5px] border px-1.5 py-px font-medium text-2xs",
        production ? "border-bad text-bad" : "border-warn/50 text-warn",
      )}
    >
      {production ? "Production" : "Development"}
    </span>
  );
}

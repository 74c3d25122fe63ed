/** A list of the Overview that has nothing to say, and says so. */
import type { ReactNode } from "react";

export function Quiet({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="flex items-center gap-2 border-line border-t px-4 py-6 text-soft text-sm">
      <span className="text-good">{icon}</span>
      {children}
    </p>
  );
}

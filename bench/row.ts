/** What every row of the benchmark is: a function from its surroundings to its result. */
import type { RowResult } from "./report.ts";
import type { Stage } from "./stage.ts";

export interface RowContext {
  /** A stage of this row's own; the runner ends it. */
  readonly stage: Stage;
  /** The checkout of the gateway that is measured. */
  readonly checkout: string;
  /** One short round: shows that everything works, its figures are rough. */
  readonly quick: boolean;
}

export type Row = (context: RowContext) => Promise<RowResult>;

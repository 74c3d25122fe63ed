/** The score of a framework: passed of those that apply, and what a person vouched for counted apart. */

import { integer, percent } from "#components/format.ts";
import { Figure, Figures } from "#components/overview/figure.tsx";
import type { Score } from "#lib/compliance/standing.ts";

export function ScoreFigures({ score }: { score: Score }) {
  const { applicable, attested, failed, notApplicable, open, passed, waived } = score;
  return (
    <div className="mb-3">
      <Figures>
        <Figure
          label="Passed"
          value={`${integer(passed)} of ${integer(applicable)}`}
          note={`${percent(passed, applicable)} by what the gateway sees itself`}
        />
        <Figure label="Attested" value={integer(attested)} note="by a person, until a day" />
        <Figure label="Failed" value={integer(failed)} note="seen to be wrong" />
        <Figure label="Open" value={integer(open)} note="not known, or a word expired" />
        <Figure label="Waived" value={integer(waived)} note="set aside for a while" />
        <Figure label="Not applicable" value={integer(notApplicable)} note="left out of the score" />
      </Figures>
    </div>
  );
}

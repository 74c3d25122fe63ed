/** Small bars in a table cell or card: how much, and how much of it went wrong. Its words are for those who do not see it. */
import { integer } from "../format.ts";

export interface SparkBar {
  readonly ok: number;
  readonly bad: number;
}

/** Two for the bar and one for the gap. */
const STEP = 3;

export function Spark({
  bars,
  label,
  height = 22,
}: {
  bars: readonly SparkBar[];
  label: string;
  height?: number;
}) {
  const most = Math.max(1, ...bars.map((bar) => bar.ok + bar.bad));
  const width = bars.length * STEP;
  const calls = bars.reduce((sum, bar) => sum + bar.ok + bar.bad, 0);
  const denied = bars.reduce((sum, bar) => sum + bar.bad, 0);
  const text =
    calls === 0 ? `${label}: none` : `${label}: ${integer(calls)} calls, ${integer(denied)} denied or failed`;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={text}
      className="block max-w-full overflow-visible"
    >
      <title>{text}</title>
      <line
        x1="0"
        x2={width}
        y1={height - 0.5}
        y2={height - 0.5}
        stroke="var(--line-strong)"
        strokeWidth="1"
      />
      {bars.map((bar, index) => {
        const ok = (bar.ok / most) * (height - 2);
        const bad = bar.bad === 0 ? 0 : Math.max(1.5, (bar.bad / most) * (height - 2));
        const x = index * STEP;
        return (
          <g key={`${x}`}>
            {ok > 0 && (
              <rect
                x={x}
                width="2"
                y={height - 1 - Math.max(1, ok)}
                height={Math.max(1, ok)}
                fill="var(--series-1)"
              />
            )}
            {bad > 0 && <rect x={x} width="2" y={height - 1 - ok - bad} height={bad} fill="var(--bad)" />}
          </g>
        );
      })}
    </svg>
  );
}

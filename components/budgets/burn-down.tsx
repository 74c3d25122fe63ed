/** How a period's money goes: spent so far, where it is heading with a band, and the ceiling. Drawn on the server. */
import { money } from "../format.ts";

export interface BurnPoint {
  /** `23 Nov`. */
  readonly label: string;
  /** Sum at the end of that day; null: that day is still to come. */
  readonly spent: bigint | null;
  /** Null for days that are over. */
  readonly low: bigint | null;
  readonly mid: bigint | null;
  readonly high: bigint | null;
}

const WIDTH = 480;
const HEIGHT = 170;
const TOP = 14;

export function BurnDown({
  points,
  limit,
  soft,
}: {
  points: readonly BurnPoint[];
  limit: bigint | null;
  soft: bigint | null;
}) {
  const amounts = points.flatMap(({ high, mid, spent }) => [spent, mid, high]).concat(limit, soft);
  const most = Number(amounts.reduce<bigint>((top, one) => (one !== null && one > top ? one : top), 1n));
  const x = (place: number) => (points.length < 2 ? WIDTH : (place / (points.length - 1)) * WIDTH);
  const y = (amount: bigint) => TOP + (1 - Number(amount) / most) * (HEIGHT - TOP);
  const lineOf = (pick: (point: BurnPoint) => bigint | null) =>
    points.flatMap((point, place) => {
      const amount = pick(point);
      return amount === null ? [] : [`${x(place).toFixed(1)},${y(amount).toFixed(1)}`];
    });
  const band = [...lineOf((point) => point.high), ...lineOf((point) => point.low).toReversed()];
  const last = points.findLastIndex((point) => point.spent !== null);
  const now = points[last]?.spent ?? 0n;
  const heading = points.at(-1)?.mid ?? null;
  const words = `Spent so far ${money(now)}${heading === null ? "" : `, expected at the end ${money(heading)}`}${limit === null ? "" : `, budget ${money(limit)}`}`;
  return (
    <figure className="flex flex-col gap-2">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 18}`}
        role="img"
        aria-label={words}
        className="w-full overflow-visible"
      >
        <title>{words}</title>
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} stroke="var(--line-strong)" />
        {band.length > 3 && <polygon points={band.join(" ")} fill="var(--series-1)" opacity="0.14" />}
        <polyline
          points={lineOf((point) => point.mid).join(" ")}
          fill="none"
          stroke="var(--series-1)"
          strokeWidth="1.5"
          strokeDasharray="4 4"
        />
        <polyline
          points={lineOf((point) => point.spent).join(" ")}
          fill="none"
          stroke="var(--series-1)"
          strokeWidth="2"
          strokeLinejoin="round"
        />
        {soft !== null && <Ceiling at={y(soft)} label={`warning ${money(soft)}`} color="var(--warn)" />}
        {limit !== null && <Ceiling at={y(limit)} label={`budget ${money(limit)}`} color="var(--bad)" />}
        {last >= 0 && (
          <circle
            cx={x(last)}
            cy={y(now)}
            r="3.5"
            fill="var(--series-1)"
            stroke="var(--surface)"
            strokeWidth="1.5"
          />
        )}
        <text x="0" y={HEIGHT + 14} fontSize="11" fill="var(--ink-faint)">
          {points[0]?.label}
        </text>
        <text x={WIDTH} y={HEIGHT + 14} fontSize="11" fill="var(--ink-faint)" textAnchor="end">
          {points.at(-1)?.label}
        </text>
      </svg>
      <details className="text-xs">
        <summary className="w-fit text-accent hover:underline">View as table</summary>
        <table className="mt-1 w-full">
          <thead className="text-soft">
            <tr>
              <th scope="col" className="py-1 text-left font-medium">
                Day
              </th>
              <th scope="col" className="py-1 text-right font-medium">
                Spent by then
              </th>
              <th scope="col" className="py-1 text-right font-medium">
                Expected (eight in ten)
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.label} className="num border-line border-t">
                <th scope="row" className="py-1 text-left font-normal">
                  {point.label}
                </th>
                <td className="py-1 text-right">{point.spent === null ? "" : money(point.spent)}</td>
                <td className="py-1 text-right">
                  {point.mid === null || point.spent !== null
                    ? ""
                    : `${money(point.mid)} (${money(point.low ?? 0n)}–${money(point.high ?? 0n)})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Ceiling({ at, color, label }: { at: number; color: string; label: string }) {
  return (
    <g>
      <line x1="0" x2={WIDTH} y1={at} y2={at} stroke={color} strokeWidth="1" />
      <text x={WIDTH} y={at - 4} fontSize="11" textAnchor="end" fill={color}>
        {label}
      </text>
    </g>
  );
}

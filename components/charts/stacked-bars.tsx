"use client";
/** Stacked bars over time, drawn by recharts. Loaded only where a chart is looked at. */
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { ChartRow, ChartSeries } from "./chart.tsx";

interface Props {
  readonly title: string;
  readonly rows: readonly ChartRow[];
  readonly series: readonly ChartSeries[];
  readonly axis: (value: number) => string;
  readonly height: number;
}

interface Shape {
  x?: number | undefined;
  y?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  fill?: string | undefined;
  payload?: { row?: ChartRow };
}

export function StackedBars({ title, rows, series, axis, height }: Props) {
  const data = rows.map((row) => ({
    label: row.label,
    row,
    ...Object.fromEntries(row.values.map((value, index) => [`s${index}`, value])),
  }));
  const ticks = ticksFor(
    Math.max(0, ...rows.map((row) => row.values.reduce((sum, value) => sum + value, 0))),
  );
  return (
    <div style={{ height }} className="w-full">
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height }}>
        <BarChart
          data={data}
          margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
          barCategoryGap="22%"
          title={title}
          accessibilityLayer
        >
          <defs>
            <pattern
              id="running"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="2" height="5" fill="var(--surface)" fillOpacity="0.55" />
            </pattern>
          </defs>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="label"
            tickLine={false}
            axisLine={false}
            minTickGap={28}
            tickMargin={8}
            tick={{ fill: "var(--ink-faint)", fontSize: 11 }}
          />
          <YAxis
            tickLine={false}
            axisLine={false}
            width={48}
            ticks={ticks}
            domain={[0, ticks.at(-1) ?? 1]}
            tickFormatter={axis}
            tick={{ fill: "var(--ink-faint)", fontSize: 11 }}
          />
          <Tooltip
            cursor={{ fill: "var(--hover)", opacity: 0.6 }}
            isAnimationActive={false}
            content={({ active, payload }) =>
              active ? <Tip row={payload?.[0]?.payload?.row} series={series} /> : null
            }
          />
          {series.map((one, index) => (
            <Bar
              key={one.name}
              dataKey={`s${index}`}
              name={one.name}
              stackId="all"
              fill={one.color}
              isAnimationActive={false}
              maxBarSize={36}
              shape={(props: Shape) => <Block {...props} />}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

/** Three or four round steps that reach above the highest bar. */
export function ticksFor(most: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  );
}

/** One block of a bar; those of a bucket that still runs are hatched. */
function Block({ x = 0, y = 0, width = 0, height = 0, fill, payload }: Shape) {
  if (height <= 0 || width <= 0) return null;
  const inset = height > 3 ? 0.5 : 0;
  const at = { x, y: y + inset, width, height: Math.max(0.5, height - inset), rx: Math.min(2, height / 2) };
  return (
    <g>
      <rect {...at} fill={fill} />
      {payload?.row?.running && <rect {...at} fill="url(#running)" />}
    </g>
  );
}

function Tip({ row, series }: { row: ChartRow | undefined; series: readonly ChartSeries[] }) {
  if (!row) return null;
  const shown = series
    .map((one, index) => ({ ...one, text: row.texts[index] ?? "", value: row.values[index] ?? 0 }))
    .filter((one) => one.value > 0);
  return (
    <div className="min-w-40 rounded-md border border-line bg-surface p-2.5 text-xs shadow-pop dark:bg-raised">
      <p className="mb-1.5 font-medium text-ink">
        {row.title}
        {row.running && <span className="font-normal text-faint"> · so far</span>}
      </p>
      <ul className="flex flex-col gap-1">
        {shown.toReversed().map((one) => (
          <li key={one.name} className="flex items-center gap-2">
            <span aria-hidden className="swatch size-2 rounded-[2px]" style={{ background: one.color }} />
            <span className="max-w-44 truncate text-soft">{one.name}</span>
            <span className="num ml-auto pl-3 text-ink">{one.text}</span>
          </li>
        ))}
      </ul>
      <p className="num mt-1.5 flex justify-between border-line border-t pt-1.5 text-ink">
        <span className="text-soft">{shown.length === 0 ? "Nothing" : "Total"}</span>
        {row.total}
      </p>
    </div>
  );
}

"use client";
/** The frame of every chart: what it shows and in which unit, a legend in words, and the same figures as a table. */
import { ChartNoAxesColumn, Table2 } from "lucide-react";
import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { compact } from "../format.ts";
import { Button } from "../ui/button.tsx";
import { Card, CardHead } from "../ui/card.tsx";

export interface ChartSeries {
  readonly name: string;
  /** A CSS colour. */
  readonly color: string;
}

export interface ChartRow {
  /** On the axis. */
  readonly label: string;
  /** In full. */
  readonly title: string;
  /** One for each series. */
  readonly values: readonly number[];
  /** The values as they are read. */
  readonly texts: readonly string[];
  readonly total: string;
  /** The bucket is not over yet. */
  readonly running?: boolean;
}

export interface ChartProps {
  readonly title: string;
  /** Unit and zone. */
  readonly note: string;
  readonly unit: "usd" | "count";
  /** Heading of the table's first column. */
  readonly bucket: string;
  readonly rows: readonly ChartRow[];
  readonly series: readonly ChartSeries[];
  readonly height?: number;
  /** Shown when every value is 0. */
  readonly empty: ReactNode;
  readonly className?: string;
}

/** Nothing to draw wants no room to draw in. */
const EMPTY_PX = 96;

const Bars = dynamic(() => import("./stacked-bars.tsx").then((module) => module.StackedBars), {
  ssr: false,
  loading: () => <div aria-hidden className="skeleton h-full w-full" />,
});

export function Chart({
  title,
  note,
  unit,
  bucket,
  rows,
  series,
  height = 220,
  empty,
  className,
}: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const nothing = rows.every((row) => row.values.every((value) => value === 0));
  const axis = (value: number) => (unit === "usd" ? dollars(value) : compact(value));
  return (
    <Card className={className ?? ""}>
      <CardHead
        title={title}
        note={note}
        actions={
          !nothing && (
            <Button variant="ghost" size="sm" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              {asTable ? <ChartNoAxesColumn aria-hidden /> : <Table2 aria-hidden />}
              <span className="sr-only sm:not-sr-only">{asTable ? "View as chart" : "View as table"}</span>
              <span className="sr-only">: {title}</span>
            </Button>
          )
        }
      />
      {nothing ? (
        <div
          style={{ minHeight: Math.min(height, EMPTY_PX) }}
          className="flex items-center justify-center px-6 pb-4 text-center text-soft text-sm"
        >
          {empty}
        </div>
      ) : asTable ? (
        <Figures title={title} bucket={bucket} rows={rows} series={series} height={height + 36} />
      ) : (
        <div className="px-3 pb-3">
          <div style={{ height }}>
            <Bars title={title} rows={rows} series={series} axis={axis} height={height} />
          </div>
          <ul className="mt-2 flex min-h-5 flex-wrap gap-x-4 gap-y-1 px-1 text-soft text-xs">
            {series.map((one) => (
              <li key={one.name} className="flex min-w-0 items-center gap-1.5">
                <span
                  aria-hidden
                  className="swatch size-2 shrink-0 rounded-[2px]"
                  style={{ background: one.color }}
                />
                <span className="truncate">{one.name}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function Figures({
  title,
  bucket,
  rows,
  series,
  height,
}: Pick<ChartProps, "title" | "bucket" | "rows" | "series"> & { height: number }) {
  return (
    <section
      aria-label={title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      style={{ height }}
      className="overflow-auto px-4 pb-3 print:h-auto!"
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-surface text-soft">
          <tr>
            <th scope="col" className="py-1.5 pr-3 text-left font-medium">
              {bucket}
            </th>
            {series.map((one) => (
              <th key={one.name} scope="col" className="px-2 py-1.5 text-right font-medium">
                {one.name}
              </th>
            ))}
            <th scope="col" className="py-1.5 pl-2 text-right font-medium">
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.title} className="border-line border-t">
              <th scope="row" className="whitespace-nowrap py-1 pr-3 text-left font-normal">
                {row.title}
                {row.running && <span className="text-faint"> (so far)</span>}
              </th>
              {row.texts.map((text, index) => (
                <td key={series[index]?.name ?? index} className="num px-2 py-1 text-right">
                  {text}
                </td>
              ))}
              <td className="num py-1 pl-2 text-right font-medium">{row.total}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** On the axis, where steps are round: `$2.50`, `$0.004`. */
function dollars(value: number): string {
  if (value === 0) return "$0";
  if (value >= 1000) return `$${compact(value)}`;
  if (Number.isInteger(value)) return `$${value}`;
  return `$${value.toFixed(value >= 0.1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(value))))}`;
}

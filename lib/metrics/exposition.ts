/** Prometheus' text format, version 0.0.4. */
import type { Histogram } from "./histogram.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;

/** Gathers families; each name once, with all its samples together, as the format demands. */
export class Exposition {
  #text = "";

  /** A family of single numbers; one without samples is left out. */
  numbers(
    name: string,
    type: "counter" | "gauge",
    help: string,
    samples: Iterable<readonly [Labels, number]>,
  ): void {
    let lines = "";
    for (const [labels, value] of samples) lines += `${name}${labelText(labels)} ${numberText(value)}\n`;
    if (lines !== "") this.#text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines}`;
  }

  /** A family of histograms over the same bounds. */
  histograms(
    name: string,
    help: string,
    bounds: readonly number[],
    samples: Iterable<readonly [Labels, Histogram]>,
  ): void {
    let lines = "";
    for (const [labels, { buckets, sum }] of samples) {
      let count = 0;
      for (const [at, amount] of buckets.entries()) {
        count += amount;
        const le = at < bounds.length ? String(bounds[at]) : "+Inf";
        lines += `${name}_bucket${labelText({ ...labels, le })} ${count}\n`;
      }
      lines += `${name}_sum${labelText(labels)} ${numberText(sum)}\n${name}_count${labelText(labels)} ${count}\n`;
    }
    if (lines !== "") this.#text += `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${lines}`;
  }

  toString(): string {
    return this.#text;
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function escapeValue(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? character);
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

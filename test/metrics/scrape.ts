/** A strict reader of Prometheus' text format: what it does not accept, Prometheus would not either. */

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly text: string;
  /** Sum of the samples of that name that have those labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  has(name: string, labels?: Readonly<Record<string, string>>): boolean;
  /** The values of a label. */
  values(name: string, label: string): Set<string>;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/gy;

/** @throws on a line, a type or a repetition that the format forbids */
export function parseExposition(text: string): Scrape {
  if (!text.endsWith("\n")) throw new Error("the text does not end with a newline");
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split("\n")) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (type) {
      if (types.has(type[1] ?? "")) throw new Error(`${type[1]} has two types`);
      types.set(type[1] ?? "", type[2] ?? "");
    }
    if (line.startsWith("#")) continue;
    const sample = readSample(line);
    const family = sample.name.replace(/_(bucket|sum|count)$/, "");
    const kind = types.get(sample.name) ?? types.get(family);
    if (kind === undefined) throw new Error(`${sample.name} has no type`);
    if (kind === "counter" && sample.value < 0) throw new Error(`${line} counts down`);
    const id = `${sample.name}${JSON.stringify(sample.labels)}`;
    if (seen.has(id)) throw new Error(`${id} stands there twice`);
    seen.add(id);
    samples.push(sample);
  }
  const matching = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  return {
    text,
    sum: (name, labels) => matching(name, labels).reduce((sum, { value }) => sum + value, 0),
    has: (name, labels) => matching(name, labels).length > 0,
    values: (name, label) => new Set(matching(name).map(({ labels }) => labels[label] ?? "")),
  };
}

function readSample(line: string): Sample {
  const [, name = "", inner = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === "") throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  let end = 0;
  for (let match = LABEL.exec(inner); match; match = LABEL.exec(inner)) {
    labels[match[1] ?? ""] = (match[2] ?? "").replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
    end = LABEL.lastIndex;
    if (end === inner.length) break;
  }
  if (end !== inner.length) throw new Error(`labels of: ${line}`);
  const number = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
  if (Number.isNaN(number)) throw new Error(`value of: ${line}`);
  return { name, labels, value: number };
}

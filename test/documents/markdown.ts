/** Markdown as tests need it: fenced blocks with what stands behind the fence, and printed text compared with real output. */

export interface Block {
  /** `sh run`, `json answer`, ... */
  readonly info: string;
  readonly text: string;
}

/** All fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: (match[1] ?? "").trim(),
    text: match[2] ?? "",
  }));
}

/** What differs from run to run, and the shape it must have. */
const VOLATILE: readonly [RegExp, string][] = [
  [/\b(req|key)_[0-9A-Z]{26}\b/, "(req|key)_[0-9A-Z]{26}"],
  [/\bsk-[0-9A-Za-z]{48}\b/, "sk-[0-9A-Za-z]{48}"],
  [/\bchatcmpl-demo-\d+/, "chatcmpl-demo-\\d+"],
  [/"created":\d+/, '"created":\\d+'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"],
  [/retry-after-ms:\d+/, "retry-after-ms:\\d+"],
  [/(?<=retry-after:|retry_after":|Retryin|reset-requests:)\d+/, "\\d+"],
  [/\.\.\./, "[^]*?"],
];

/**
 * The pattern that real output must match: blank space does not count, ids, times and waits only need their shape, and
 * `...` stands for anything.
 */
export function asPattern(shown: string): RegExp {
  const any = new RegExp(VOLATILE.map(([found]) => found.source).join("|"), "g");
  const text = withoutSpace(shown);
  let source = "";
  let at = 0;
  for (const match of text.matchAll(any)) {
    const shape = VOLATILE.find(([found]) =>
      new RegExp(`^(?:${found.source.replace(/\(\?<=.*?\)/, "")})$`).test(match[0]),
    );
    source += literally(text.slice(at, match.index)) + (shape?.[1] ?? literally(match[0]));
    at = match.index + match[0].length;
  }
  return new RegExp(source + literally(text.slice(at)));
}

export function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

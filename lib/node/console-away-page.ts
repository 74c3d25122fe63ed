/**
 * What a browser shows while the console's process is away: a sentence, and another try by itself. It has no script and
 * fetches nothing, for whatever it asked for would be away as well.
 */
import { createHash } from "node:crypto";

const RETRY_S = 5;

const STYLE = `:root{color-scheme:light dark;--canvas:#f6f8f9;--surface:#fff;--line:#dde3e6;--ink:#12181b;--soft:#4b575e;--accent:#006d77;--on:#fff}
@media (prefers-color-scheme:dark){:root{--canvas:#0c1013;--surface:#13191d;--line:#283137;--ink:#eef2f4;--soft:#a7b3ba;--accent:#5cc5ce;--on:#06181a}}
body{margin:0;background:var(--canvas);color:var(--soft);font:14px/1.55 ui-sans-serif,system-ui,sans-serif}
main{max-width:32rem;margin:0 auto;padding:6rem 1rem;text-align:center}
section{padding:2.5rem 1.5rem;border:1px solid var(--line);border-radius:.625rem;background:var(--surface)}
h1{margin:0 0 .5rem;color:var(--ink);font-size:1rem}
p{margin:0 0 1rem}
a{display:inline-block;padding:.5rem .875rem;border-radius:.375rem;background:var(--accent);color:var(--on);font-weight:500;text-decoration:none}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;

// An empty reference is the page's own address, whatever its query says.
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="${RETRY_S}">
<title>The console is starting again · Shin Gateway</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<section role="alert">
<h1>The console is starting again</h1>
<p>Calls to the gateway go on meanwhile. This page tries again every ${RETRY_S} seconds; if it stays like this, the gateway's log says why.</p>
<a href="">Try now</a>
</section>
</main>
</body>
</html>
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

export interface AwayAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param accept the request's header: whoever does not ask for a page gets a line of text */
export function consoleAwayAnswer(accept: string | undefined): AwayAnswer {
  const page = accept?.includes("text/html") === true;
  return {
    headers: {
      "content-type": page ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "retry-after": String(RETRY_S),
      "x-content-type-options": "nosniff",
      ...(page
        ? {
            "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
            "referrer-policy": "same-origin",
          }
        : {}),
    },
    body: page ? PAGE : "The console is not available. The gateway itself works; its log says more.\n",
  };
}

/** What people chose as a name is text wherever it is shown: in a terminal, a spreadsheet, a message. */
import { describe, expect, test } from "vitest";
import { slackBody } from "#lib/alerts/message.ts";
import { main } from "#lib/cli/main.ts";
import { csvLine } from "#lib/csv.ts";
import { createLog } from "#lib/log.ts";
import { terminalText } from "#lib/terminal-text.ts";

const CLEAR = "\u001b[2J\u001b[1;1H";
const TITLE = "\u001b]0;owned\u0007";

describe("a terminal", () => {
  test.each([
    ["clears nothing", `a${CLEAR}b`, "a\\u001b[2J\\u001b[1;1Hb"],
    ["takes no title", TITLE, "\\u001b]0;owned\\u0007"],
    ["knows no eight-bit commands", "\u009b2J\u0085", "\\u009b2J\\u0085"],
    ["overwrites no line", "paid\r\u0008free", "paid\\u000d\\u0008free"],
    ["turns no text round", "a\u202eb\u2066c", "a\\u202eb\\u2066c"],
    [
      "shows colours, lines, tabs and every script",
      "\u001b[31mé漢😀\u001b[0m\n\tb",
      "\u001b[31mé漢😀\u001b[0m\n\tb",
    ],
  ])("%s", (_name, text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  test("of the command line gets no commands of others, and its JSON stays JSON", async () => {
    const said: string[] = [];
    const take = (text: string) => void said.push(text);
    const code = await main([`${CLEAR}\u009b2J`], {
      version: "1",
      env: {},
      now: () => new Date(0),
      color: true,
      out: take,
      err: take,
      start: async () => 0,
      run: async () => 0,
    });
    expect([code, said.join("")]).toEqual([2, expect.stringContaining("\\u001b[2J\\u001b[1;1H\\u009b2J")]);
    expect(JSON.parse(terminalText(JSON.stringify({ alias: `\u009b${CLEAR}` })))).toEqual({
      alias: `\u009b${CLEAR}`,
    });
  });

  test("with the log's readable lines gets none either", () => {
    let text = "";
    const destination = {
      write: (line: string) => {
        text += line;
      },
    };
    const log = createLog({ level: "info", json: false, color: false, destination });
    log.warn({ reason: `${CLEAR}\u009b2J` }, `model ${TITLE}\u009b2J`);
    expect(text).toContain("model");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    expect(text).not.toMatch(/[\x1b\x07\x9b]/);
  });
});

test.each([
  ["=1+1", "'=1+1"],
  ["＝1+1", "'＝1+1"],
  ["＠SUM(1)", "'＠SUM(1)"],
  ["a;=1+1", "a;'=1+1"],
  ["a;b;@x;-1", "a;b;'@x;'-1"],
  ["a\t=1", "a\t'=1"],
  ["a-b; c=d @ e", "a-b; c=d @ e"],
])("a spreadsheet takes %j for text", (value, cell) => {
  expect(csvLine([value])).toBe(`${cell}\r\n`);
});

test("a name with line breaks is no alert of its own in a chat", () => {
  const alert = {
    alert_id: "a",
    kind: "budget",
    severity: "warning",
    at: new Date(0),
    subject_kind: "key",
    subject_id: "k",
    subject_name: "n",
    message: "Budget of key a\n‼ The gateway was taken over <!channel>\r\n",
    data: {},
  } as const;
  const { text } = JSON.parse(slackBody([alert], null));
  expect(text).toBe("! Budget of key a ‼ The gateway was taken over &lt;!channel&gt; ");
});

/** `shin content`: prompts and answers over the API of a running gateway, by break-glass. */
import type { CliHost } from "./main.ts";
import { type PrivacyTarget, send } from "./privacy.ts";

const FINDINGS = 3;

interface Unlock {
  readonly id: string;
  readonly call_id: string;
  readonly state: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly reason: string;
  readonly approved_by: string | null;
  readonly read_at: readonly string[];
}

interface Text {
  readonly text: string;
  readonly bytes: number;
  readonly whole: boolean;
}

/** Opens it where a reason is given, and prints what was said. Exit code 0, or 3 while it waits for a second person. */
export async function showContent(
  target: PrivacyTarget,
  id: string,
  reason: string | null,
  asJson: boolean,
  host: CliHost,
): Promise<number> {
  const path = `/privacy/contents/${encodeURIComponent(id)}`;
  if (reason !== null) {
    const opened = await send(target, "POST", `${path}/unlock`, { reason });
    const unlocks = opened["unlocks"] as readonly Unlock[];
    if (unlocks.find((one) => one.id === opened["unlock"])?.state === "waiting") {
      const unlock = String(opened["unlock"]);
      host.out(
        `${unlock} waits for a second person: shin content approve ${id} ${unlock}, with their key.\n`,
      );
      host.out(`Then: shin content show ${id}\n`);
      return FINDINGS;
    }
  }
  const read = await send(target, "POST", `${path}/read`, {});
  if (asJson) {
    host.out(`${JSON.stringify(read)}\n`);
    return 0;
  }
  host.err(
    `Open until ${String(read["open_until"])}; this reading is on record (${String(read["unlock"])}).\n`,
  );
  host.out(`Prompt\n${printed(read["request"] as Text)}\n\n`);
  host.out(`Answer\n${read["answer"] === null ? "none is kept" : printed(read["answer"] as Text)}\n`);
  return 0;
}

export async function approveContent(
  target: PrivacyTarget,
  id: string,
  unlock: string,
  asJson: boolean,
  host: CliHost,
): Promise<void> {
  const path = `/privacy/contents/${encodeURIComponent(id)}/approve`;
  const answer = await send(target, "POST", path, { unlock });
  host.out(
    asJson ? `${JSON.stringify(answer)}\n` : `${unlock} is approved: open for 15 minutes to who asked.\n`,
  );
}

export async function contentStatus(
  target: PrivacyTarget,
  id: string | null,
  asJson: boolean,
  host: CliHost,
): Promise<void> {
  const path = id === null ? "/privacy/contents" : `/privacy/contents/${encodeURIComponent(id)}`;
  const answer = await send(target, "GET", path);
  if (asJson) {
    host.out(`${JSON.stringify(answer)}\n`);
    return;
  }
  if (id === null)
    host.out(
      `storing is ${answer["stored"] === true ? "on" : "off"}; ${String(answer["kept"])} calls kept, for ${
        answer["days"] === null ? "ever" : `${String(answer["days"])} days`
      }\n`,
    );
  else
    host.out(
      answer["kept"] === true
        ? `kept until ${String(answer["kept_until"] ?? "it is erased")}\n`
        : "nothing is kept of this call\n",
    );
  const unlocks = answer["unlocks"] as readonly Unlock[];
  if (unlocks.length === 0) host.out("nobody has opened anything\n");
  for (const one of unlocks)
    host.out(
      `${one.id}  ${one.asked_at}  ${one.state.padEnd(7)} ${one.call_id}  by ${one.asked_by}${
        one.approved_by === null ? "" : `, approved by ${one.approved_by}`
      }, read ${one.read_at.length} times: ${one.reason}\n`,
    );
}

/** As JSON with indentation where it is whole; what was cut as it stands, and that it was. */
function printed({ bytes, text, whole }: Text): string {
  if (!whole) return `${text}\n[cut: ${bytes} bytes in all]`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

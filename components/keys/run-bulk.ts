/** Runs an act on many keys piece by piece, and back. */
import type { Api } from "../shell/api.tsx";
import { type BulkKind, OPPOSITE } from "./bulk-acts.ts";

export interface BulkResult {
  readonly key: string;
  readonly name: string;
  readonly ok: boolean;
  readonly message: string | null;
  readonly undo: Record<string, unknown> | null;
}

/** So many are sent at once: enough to be quick, few enough to see how far it is. */
const PIECE = 50;

/**
 * @param act the body's `act`
 * @param onProgress how many are done
 * @returns a result for each key; those after a piece that was refused as a whole carry its message
 */
export async function runBulk(
  api: Api,
  ids: readonly string[],
  act: Record<string, unknown>,
  onProgress: (done: number) => void,
): Promise<{ results: BulkResult[]; refused: { message: string; param: string | null } | null }> {
  const results: BulkResult[] = [];
  for (let at = 0; at < ids.length; at += PIECE) {
    const answer = await api("POST", "/console/keys/bulk", { keys: ids.slice(at, at + PIECE), act });
    if (!answer.ok) return { results, refused: { message: answer.message, param: answer.param } };
    results.push(...(answer.data["results"] as BulkResult[]));
    onProgress(results.length);
  }
  return { results, refused: null };
}

/** True when there is something to bring back. */
export function canUndo(results: readonly BulkResult[]): boolean {
  return results.some((one) => one.ok && one.undo !== null);
}

/** Brings back what was. @returns how many could not be brought back */
export async function undoBulk(api: Api, kind: BulkKind, results: readonly BulkResult[]): Promise<number> {
  const changed = results.filter((one) => one.ok && one.undo !== null);
  const opposite = OPPOSITE[kind];
  if (opposite !== undefined) {
    const ids = changed.map((one) => one.key);
    const { results: back } = await runBulk(api, ids, { kind: opposite }, () => {});
    return ids.length - back.filter((one) => one.ok).length;
  }
  let failed = changed.length;
  for (let at = 0; at < changed.length; at += PIECE) {
    const keys = changed.slice(at, at + PIECE).map(({ key, undo }) => ({ key, ...undo }));
    const answer = await api("POST", "/key/bulk_update", { keys });
    if (answer.ok) failed -= (answer.data["successful_updates"] as unknown[]).length;
  }
  return failed;
}

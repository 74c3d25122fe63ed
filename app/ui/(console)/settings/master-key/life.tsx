/** The master keys that count, those that were replaced, and who still uses those. */
import { integer, moment } from "#components/format.ts";
import { OnePress } from "#components/incident/one-press.tsx";
import { RotateMasterKey } from "#components/incident/rotate-master-key.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import type { MasterKeyState } from "#lib/incident/master-key-state.ts";

const STATES: Readonly<Record<MasterKeyState["state"], { tone: Tone; word: string }>> = {
  counts: { tone: "good", word: "counts" },
  grace: { tone: "warn", word: "in grace" },
  ended: { tone: "neutral", word: "ended" },
  retired: { tone: "neutral", word: "retired" },
};
const SHOWN = 5;

export function MasterKeyLife({
  keys,
  mayAct,
  timezone,
}: {
  keys: readonly MasterKeyState[];
  mayAct: boolean;
  timezone: string;
}) {
  const inGrace = keys.some((key) => key.state === "grace");
  return (
    <Card>
      <CardHead
        title="Keys and their use"
        note="By fingerprint: neither a key nor its hash can be told from it."
        actions={
          mayAct &&
          inGrace && (
            <OnePress
              label="Finish now"
              title="End the old key now"
              description="Whoever still uses it is refused at the next call, on every instance."
              path="/master_key/finish"
              reasonField={null}
              done="The old master key is ended"
            />
          )
        }
      />
      <ul>
        {keys.slice(0, SHOWN).map((key) => (
          <li key={key.fingerprint} className="flex flex-col gap-1 border-line border-t px-4 py-2.5 text-sm">
            <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <code className="font-mono text-xs">{key.fingerprint}</code>
              <Badge tone={STATES[key.state].tone} dot>
                {STATES[key.state].word}
              </Badge>
              {key.configured && <Badge tone="outline">configured</Badge>}
              <span className="text-faint text-xs">
                seen since {moment(key.firstSeenAt, timezone)}
                {key.validUntil && `, until ${moment(key.validUntil, timezone)}`}, {integer(key.uses)} uses
              </span>
            </span>
            {key.usesAfterRotation > 0 && (
              <span className="text-warn text-xs">
                {integer(key.usesAfterRotation)} uses after it was replaced:{" "}
                {key.clients
                  .map((one) => `${one.ip} (${one.client || "no name"}, ${integer(one.uses)})`)
                  .join(", ")}
              </span>
            )}
          </li>
        ))}
      </ul>
      {mayAct && (
        <div className="border-line border-t pt-3">
          <RotateMasterKey />
        </div>
      )}
    </Card>
  );
}

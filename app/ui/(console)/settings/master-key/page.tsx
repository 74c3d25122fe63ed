/** Settings, Master key: where it is, how good it is, who uses it, and the exact steps to change it. */
import type { Metadata } from "next";
import Link from "next/link";
import { CodeBlock } from "#components/code-block.tsx";
import { integer, moment } from "#components/format.ts";
import { ValueList } from "#components/settings/value-list.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { listMasterKeys } from "#db/queries/master-keys.ts";
import { spendBy } from "#db/queries/spend.ts";
import { type MasterKeyFacts, masterKeyFacts } from "#lib/console/master-key-facts.ts";
import { mayChange } from "#lib/console/roles.ts";
import { masterKeyStates } from "#lib/incident/master-key-state.ts";
import { openPage } from "../../../../request.ts";
import { SettingsFrame } from "../frame.tsx";
import { MasterKeyLife } from "./life.tsx";

export const metadata: Metadata = { title: "Master key · Settings" };

const WEEK_MS = 7 * 86_400_000;

export default async function MasterKeySettings() {
  const { deps, session, nowMs, timezone } = await openPage("settingsMasterKey");
  const facts = masterKeyFacts(deps.policy().config);
  await deps.ledger.flush();
  const [used] = await spendBy(
    deps.sql,
    "key_id",
    { fromMs: nowMs - WEEK_MS, toMs: null },
    { keyId: "master" },
  );
  await deps.masterKeyUse.write();
  const { config } = deps.policy();
  const keys = masterKeyStates(await listMasterKeys(deps.sql), deps.safeguards.masterKeys, config, nowMs);
  const own = keys.find((key) => key.configured);
  const calls = used ? Number(used.sums.requests) : 0;
  return (
    <SettingsFrame
      section="settingsMasterKey"
      role={session.role}
      note="The key that may do everything. It is never shown here; a new one is shown once."
    >
      {facts === null ? (
        <Notice tone="info">No master key is set.</Notice>
      ) : (
        <>
          {facts.weakness !== null && (
            <Notice tone="bad">The master key {facts.weakness}. Change it with the steps below.</Notice>
          )}
          {facts.previousUntil !== null && (
            <Notice tone="warn">
              A change is under way: the old key is accepted until {moment(facts.previousUntil, timezone)}.
            </Notice>
          )}
          <Card>
            <ValueList
              values={[
                { name: "It stands in", value: placeText(facts) },
                {
                  name: "Age",
                  value:
                    facts.place.kind === "made"
                      ? `made ${moment(facts.place.at, timezone)}`
                      : own
                        ? `seen since ${moment(own.firstSeenAt, timezone)}`
                        : "not known",
                  note:
                    facts.place.kind === "made"
                      ? "The date of its file."
                      : "When this gateway first started with it.",
                },
                { name: "Length", value: `${facts.length} characters` },
                {
                  name: "Strength",
                  value:
                    facts.weakness === null ? (
                      <Badge tone="good" dot>
                        good
                      </Badge>
                    ) : (
                      <Badge tone="bad" dot>
                        weak
                      </Badge>
                    ),
                  note: "By length and kinds of characters, and against examples printed in guides.",
                },
                {
                  name: "Calls in 7 days",
                  value: <span className="num">{integer(calls)}</span>,
                  note:
                    calls === 0 ? (
                      "None: applications use keys of their own, as they should."
                    ) : (
                      <>
                        Calls of models with the master key have no limits of their own.{" "}
                        <Link
                          href="/ui/logs?range=7d&key=master"
                          className="text-accent underline underline-offset-2"
                        >
                          See them
                        </Link>
                      </>
                    ),
                },
              ]}
            />
          </Card>
          <MasterKeyLife keys={keys} mayAct={mayChange(session.role)} timezone={timezone} />
          <Steps facts={facts} nowMs={nowMs} />
        </>
      )}
    </SettingsFrame>
  );
}

function placeText({ place }: MasterKeyFacts) {
  if (place.kind === "variable")
    return (
      <>
        the variable <code className="font-mono text-xs">{place.name}</code>
      </>
    );
  return place.kind === "made" ? place.file : "the configuration";
}

function Steps({ facts: { place }, nowMs }: { facts: MasterKeyFacts; nowMs: number }) {
  const name = place.kind === "variable" ? place.name : "LITELLM_MASTER_KEY";
  const until = new Date(nowMs + 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
  const old = place.kind === "made" ? "the text in secrets/master-key" : "the key until now";
  return (
    <Card>
      <CardHead
        title="How to change it in the environment alone"
        note="Both keys are accepted for a while, 7 days at most."
      />
      <ol className="flex list-decimal flex-col gap-4 py-2 pr-4 pb-5 pl-9 text-sm marker:text-faint">
        <li>
          Make a new key, on your own machine:
          <CodeBlock
            text="npm exec -- shin keys master --generate"
            label="Copy the command"
            className="mt-1.5"
          />
        </li>
        <li>
          Where the gateway's environment is kept (
          {place.kind === "made"
            ? "the file of the first start then counts no more"
            : "a .env file, the service manager, the platform"}
          ), set:
          <CodeBlock
            text={`${name}=the new key\nLITELLM_MASTER_KEY_PREVIOUS=${old}\nLITELLM_MASTER_KEY_PREVIOUS_EXPIRES_AT=${until}`}
            label="Copy the variables"
            className="mt-1.5"
          />
        </li>
        <li>
          A .env file is read anew by itself; after any other change restart the gateway. Running answers are
          finished first.
        </li>
        <li>Give the new key to the scripts that use it, and see in Logs that the old one is quiet.</li>
        <li>
          Take the two <code className="font-mono text-xs">PREVIOUS</code> lines out again. When the time has
          passed, the old key is refused in any case.
        </li>
      </ol>
      <p className="border-line border-t px-4 py-3 text-soft text-sm">
        If it has leaked, leave the PREVIOUS lines out: the old key then ends at once. Virtual keys are not
        touched by any of this.
      </p>
    </Card>
  );
}

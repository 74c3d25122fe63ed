"use client";
/** A key for fifteen minutes, or one that is pasted. Neither is written down anywhere. */
import { useState } from "react";
import { Field } from "../form/field.tsx";
import { Button } from "../ui/button.tsx";
import { Input, Select } from "../ui/input.tsx";
import type { KeyChoice, PlaygroundKey } from "./use-key.ts";

export function KeyPanel({
  teams,
  choice,
  onChoice,
  sessionKey,
}: {
  teams: readonly { readonly id: string; readonly name: string }[];
  choice: KeyChoice;
  onChoice: (choice: KeyChoice) => void;
  sessionKey: PlaygroundKey;
}) {
  const [own, setOwn] = useState(false);
  return (
    <>
      <Field label="Call with">
        {(control) => (
          <Select
            {...control}
            value={own ? "pasted" : "session"}
            onChange={(event) => {
              const pasted = event.target.value === "pasted";
              setOwn(pasted);
              onChoice({ ...choice, pasted: "" });
              if (pasted) sessionKey.end();
            }}
          >
            <option value="session">A session key (15 minutes)</option>
            <option value="pasted">A key that I paste</option>
          </Select>
        )}
      </Field>
      {own ? (
        <Field label="Key" hint="It stays in this page's memory; leaving the page forgets it.">
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="off"
              spellCheck={false}
              placeholder="sk-…"
              className="font-mono"
              value={choice.pasted}
              onChange={(event) => onChoice({ ...choice, pasted: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <>
          {teams.length > 0 && (
            <Field label="Charged to">
              {(control) => (
                <Select
                  {...control}
                  value={choice.teamId}
                  onChange={(event) => onChoice({ ...choice, teamId: event.target.value })}
                >
                  <option value="">Yourself</option>
                  {teams.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          {sessionKey.endsMs === null ? (
            <p className="text-faint text-xs">Made with the first message, deleted when you leave.</p>
          ) : (
            <div className="flex items-center justify-between gap-2">
              <p className="text-faint text-xs">
                Good until{" "}
                {new Date(sessionKey.endsMs).toLocaleTimeString("en-GB", {
                  hour: "2-digit",
                  minute: "2-digit",
                })}
                .
              </p>
              <Button size="sm" variant="ghost" onClick={sessionKey.end}>
                End it now
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

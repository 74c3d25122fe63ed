"use client";
/** The playground: the conversation, what is asked of which model, and with which key. */
import { useEffect, useMemo, useRef, useState } from "react";
import { useApi } from "../shell/api.tsx";
import { CodeTabs } from "./code-tabs.tsx";
import { Composer } from "./composer.tsx";
import {
  bodyOf,
  type Form,
  faultsOf,
  loadConversation,
  messagesOf,
  saveConversation,
  type Turn,
  waitingAnswer,
} from "./conversation.ts";
import { runTurn, type Update } from "./run-turn.ts";
import { type ModelChoice, SettingsPanel } from "./settings-panel.tsx";
import { TurnList } from "./turn-list.tsx";
import { type KeyChoice, useKey } from "./use-key.ts";

export interface PlaygroundProps {
  readonly models: readonly ModelChoice[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly userId: string;
  readonly origin: string;
}

export function Playground({ models, teams, userId, origin }: PlaygroundProps) {
  const api = useApi();
  const [form, setForm] = useState<Form>(() => firstForm(models));
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [choice, setChoice] = useState<KeyChoice>({ pasted: "", teamId: "" });
  const [draft, setDraft] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [loaded, setLoaded] = useState(false);
  const running = useRef<AbortController | null>(null);
  const key = useKey(userId, choice);
  const busy = turns.at(-1)?.answers.some((one) => one.state === "waiting") ?? false;
  const faults = faultsOf(form);

  useEffect(() => {
    const kept = loadConversation(window.localStorage);
    const known = kept?.form.models.filter((name) => models.some((model) => model.name === name)) ?? [];
    if (kept) setTurns(kept.turns);
    if (kept && known.length > 0) setForm({ ...kept.form, models: known.slice(0, 2) });
    setLoaded(true);
    return () => running.current?.abort();
  }, [models]);
  useEffect(() => {
    if (loaded) saveConversation(window.localStorage, form, turns);
  }, [loaded, form, turns]);

  const change = (turnId: string, column: number, update: Update) =>
    setTurns((before) =>
      before.map((turn) =>
        turn.id === turnId
          ? { ...turn, answers: turn.answers.map((one, at) => (at === column ? { ...one, ...update } : one)) }
          : turn,
      ),
    );

  const send = async () => {
    const question = draft.trim();
    if (question === "" || busy || Object.keys(faults).length > 0) return;
    setRefusal(null);
    const abort = new AbortController();
    running.current = abort;
    const turn: Turn = { id: crypto.randomUUID(), question, answers: form.models.map(waitingAnswer) };
    const before = turns;
    setTurns([...before, turn]);
    setDraft("");
    const taken = await key.take();
    if ("refusal" in taken || abort.signal.aborted) {
      setTurns(before);
      setDraft(question);
      if ("refusal" in taken) setRefusal(taken.refusal);
      return;
    }
    const column = async (model: string, at: number) => {
      let last: Update = {};
      const body = bodyOf(form, model, messagesOf(form, before, at, question));
      await runTurn(
        taken.secret,
        body,
        abort.signal,
        (update) => {
          last = { ...last, ...update };
          change(turn.id, at, update);
        },
        () => performance.now(),
      );
      if (last.costUsd === undefined && last.requestId) change(turn.id, at, await recorded(last.requestId));
    };
    await Promise.all(form.models.map(column));
  };

  /** A stream's headers leave before its cost is known: the ledger says it. */
  const recorded = async (requestId: string): Promise<Update> => {
    const found = await api("GET", `/spend/logs?request_id=${encodeURIComponent(requestId)}`);
    const rows: unknown = found.ok ? found.data : null;
    const [row] = Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    if (row === undefined) return {};
    return {
      costUsd: Number(row["spend"]),
      promptTokens: Number(row["prompt_tokens"]),
      completionTokens: Number(row["completion_tokens"]),
    };
  };

  const next = useMemo(
    () => bodyOf(form, form.models[0] ?? "", messagesOf(form, turns, 0, draft.trim() || "Hello")),
    [form, turns, draft],
  );
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
      <div className="flex min-w-0 flex-col gap-4 max-lg:contents">
        <section
          aria-label="Conversation"
          className="flex min-h-[26rem] min-w-0 flex-col max-lg:order-1 rounded-lg border border-line bg-surface shadow-card"
        >
          <TurnList turns={turns} models={form.models} />
          <Composer
            draft={draft}
            onDraft={setDraft}
            onSend={() => void send()}
            onStop={() => running.current?.abort()}
            onClear={turns.length === 0 ? null : () => setTurns([])}
            busy={busy}
            blocked={Object.keys(faults).length > 0 ? "A setting is out of its range." : null}
            refusal={refusal}
          />
        </section>
        <CodeTabs origin={origin} body={next} />
      </div>
      <SettingsPanel
        models={models}
        teams={teams}
        form={form}
        onForm={setForm}
        faults={faults}
        choice={choice}
        onChoice={setChoice}
        sessionKey={key}
      />
    </div>
  );
}

function firstForm(models: readonly ModelChoice[]): Form {
  return {
    models: models.slice(0, 1).map(({ name }) => name),
    system: "",
    temperature: "",
    topP: "",
    maxTokens: "",
    stream: true,
  };
}

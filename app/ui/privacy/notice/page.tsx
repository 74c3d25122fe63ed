/** What this gateway holds about people, for anybody to read: as it is set up now. */
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { DoorFrame } from "#components/sign-in/frame.tsx";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { readTerms } from "#lib/privacy/retention/terms.ts";

export const metadata: Metadata = { title: "What is held" };
export const dynamic = "force-dynamic";

export default async function NoticePage() {
  const { deps } = await gatewayRuntime();
  const { config } = deps.policy();
  const terms = await readTerms(deps.sql, config);
  const days = (store: string) => {
    const kept = terms.find((term) => term.store === store)?.days ?? null;
    return kept === null ? "until somebody removes it" : `for ${kept} days`;
  };
  return (
    <DoorFrame wide title="What is held" note="What this gateway keeps about people, and what it does not.">
      <div className="flex flex-col gap-5 text-sm leading-6">
        <Part title="Of people with an account">
          Name, e-mail address, role, teams and keys, as long as the account lives. When they sign in to the
          console: address and browser, {days("sessions")}.
        </Part>
        <Part title="Of each call">
          {config.anonymizeLogs
            ? "Who called as a pseudonym, the network they called from, and the time, model, tokens and cost"
            : "Who called and from which address, and the time, model, tokens and cost"}
          , {days("records")}.{" "}
          {config.contents.stored
            ? `Prompts and answers are kept, encrypted, ${days("content")}; who reads one has to say why, and is on record. They go to`
            : "Prompts and answers are not kept. They go to"}{" "}
          the provider of the model that was asked for, and to nobody else.
        </Part>
        <Part title="Of each change">
          Who changed what, when and from where, in an audit log that cannot be altered. What it holds of a
          person is sealed; an erasure makes it unreadable.
        </Part>
        <Part title="Not at all">
          No tracking, no analytics, nothing of third parties: these pages load from this address alone. One
          cookie, and only for who signs in.
        </Part>
        <Part title="Your rights">
          To know, to take along, to correct, to restrict, to delete: ask whoever runs this gateway. You are
          answered within a month, and get a certificate that{" "}
          <a href="/ui/privacy/verify" className="text-accent hover:underline">
            anybody can check
          </a>
          .
        </Part>
      </div>
    </DoorFrame>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="font-semibold text-base text-ink">{title}</h2>
      <p className="text-soft">{children}</p>
    </section>
  );
}

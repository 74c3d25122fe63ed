"use client";
/** Sets a budget for whoever has none yet: first whose, then the sheet that edits every budget. */
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import type { BudgetTarget } from "./target.ts";

const EditSheet = dynamic(() => import("./edit-sheet.tsx").then((module) => module.EditSheet), {
  ssr: false,
});

const BudgetOwner = dynamic(() => import("./budget-owner.tsx").then((module) => module.BudgetOwner), {
  ssr: false,
});

export interface OwnerGroup {
  readonly kind: "team" | "user" | "key";
  readonly label: string;
  readonly owners: readonly { readonly id: string; readonly name: string }[];
}

export function NewBudget({ groups }: { groups: readonly OwnerGroup[] }) {
  const [step, setStep] = useState<"closed" | "whose" | "amount">("closed");
  const [chosen, setChosen] = useState("");
  const all = groups.flatMap(({ kind, owners }) =>
    owners.map((owner) => ({ ...owner, kind, value: `${kind}:${owner.id}` })),
  );
  const owner = all.find(({ value }) => value === chosen);
  const target: BudgetTarget | null = owner
    ? {
        kind: owner.kind,
        id: owner.id,
        userId: null,
        name: owner.name,
        max: "",
        soft: "",
        duration: "",
        spent: null,
        raise: null,
      }
    : null;
  return (
    <>
      <Button variant="primary" onClick={() => setStep("whose")}>
        <Plus aria-hidden /> Set a budget
      </Button>
      {step === "whose" && (
        <BudgetOwner
          groups={groups}
          chosen={chosen}
          onChoose={setChosen}
          onNext={() => target && setStep("amount")}
          onClose={() => setStep("closed")}
        />
      )}
      {step === "amount" && target && <EditSheet target={target} onClose={() => setStep("closed")} />}
    </>
  );
}

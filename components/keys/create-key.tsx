"use client";
/** Makes a key: the form first, then its secret, once. */
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { useWanted } from "../palette/wanted.ts";
import { Button } from "../ui/button.tsx";
import type { Choices } from "./key-form.tsx";

// The schema and the form come when they are asked for: a list of keys needs neither.
const KeyForm = dynamic(() => import("./key-form.tsx").then((module) => module.KeyForm), { ssr: false });
const SecretDialog = dynamic(() => import("./secret-dialog.tsx").then((module) => module.SecretDialog), {
  ssr: false,
});

export interface NewKey {
  readonly secret: string;
  readonly name: string;
}

export function CreateKey({ choices, origin }: { choices: Choices; origin: string }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  const begin = useCallback(() => setOpen(true), []);
  useWanted("create key", begin);
  return (
    <>
      <Button variant="primary" onClick={begin}>
        <Plus aria-hidden /> Create key
      </Button>
      {open && (
        <KeyForm
          choices={choices}
          onMade={(key) => {
            setOpen(false);
            setMade(key);
            router.refresh();
          }}
          onClose={() => setOpen(false)}
        />
      )}
      {made && (
        <SecretDialog
          title="Your new key"
          made={made}
          origin={origin}
          model={choices.models[0] ?? "gpt-3.5-turbo"}
          onClose={() => setMade(null)}
        />
      )}
    </>
  );
}

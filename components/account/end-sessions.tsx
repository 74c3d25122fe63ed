"use client";
/** Signs a person out everywhere else. */
import { useRouter } from "next/navigation";
import { plural } from "../format.ts";
import { useApi } from "../shell/api.tsx";
import { say, sayBad } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";

export function EndSessions({ others }: { others: number }) {
  const api = useApi();
  const router = useRouter();
  const end = async () => {
    const answer = await api("POST", "/console/sessions/end", {});
    if (!answer.ok)
      sayBad("They were not ended", { description: answer.message, duration: Number.POSITIVE_INFINITY });
    else say(`${plural(Number(answer.data["ended"]), "other session")} ended`);
    router.refresh();
  };
  return (
    <Button size="sm" onClick={() => void end()}>
      End {plural(others, "other session")}
    </Button>
  );
}

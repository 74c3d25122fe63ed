/** The sign-in page. Where nobody can sign in yet it says how to get the set-up link. */
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { DoorFrame } from "#components/sign-in/frame.tsx";
import { SignInForm } from "#components/sign-in/sign-in-form.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { needsSetUp } from "#lib/console/set-up.ts";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { currentSession, isAddressAllowed, type SearchParams } from "../../request.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  if (await currentSession()) redirect("/ui/overview");
  const { deps } = await gatewayRuntime();
  const { error, callbackUrl } = await searchParams;
  if (await deps.health.run(() => needsSetUp(deps.db))) {
    return (
      <DoorFrame title="Nobody is set up yet" note="The first admin is made with a one-use link.">
        <Notice>
          It stands in the output of the gateway's first start and is good for 30 minutes. Print a new one on
          the gateway's machine:
          <code className="mt-2 block rounded bg-surface px-2 py-1 font-mono text-ink text-xs">
            npx shin setup-link
          </code>
        </Notice>
      </DoorFrame>
    );
  }
  const { oidc } = deps.policy().config.console;
  return (
    <DoorFrame title="Sign in" note="to the gateway's console">
      <SignInForm
        callbackUrl={ownPath(callbackUrl)}
        provider={oidc?.name ?? null}
        error={typeof error === "string" ? error : (await isAddressAllowed()) ? null : "address"}
      />
    </DoorFrame>
  );
}

/** A page of the console, whatever the address bar says. */
function ownPath(given: string | string[] | undefined): string {
  if (typeof given !== "string" || !given.startsWith("/ui/") || /[\\\s]/.test(given)) return "/ui/overview";
  const { pathname, search } = new URL(given, "http://console.invalid");
  return pathname.startsWith("/ui/") && !pathname.startsWith("/ui/sign-in")
    ? pathname + search
    : "/ui/overview";
}

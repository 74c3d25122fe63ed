/** The first minutes: an admin, a key, and the first request. The code stands behind the # and never reaches a log. */
import type { Metadata } from "next";
import { SetUp } from "#components/setup/set-up.tsx";
import { DoorFrame } from "#components/sign-in/frame.tsx";
import { gatewayRuntime } from "#lib/next/runtime.ts";
import { ownOrigin } from "../../request.ts";

export const metadata: Metadata = { title: "Set up" };

export default async function SetUpPage() {
  const { deps } = await gatewayRuntime();
  const usable = deps.policy().config.deployments.find((deployment) => deployment.unusable === null);
  return (
    <DoorFrame
      title="Set up your gateway"
      note="An admin, a key, and the first request. It takes a minute."
      wide
    >
      <SetUp origin={await ownOrigin()} model={usable?.modelGroup ?? "gpt-3.5-turbo"} />
    </DoorFrame>
  );
}

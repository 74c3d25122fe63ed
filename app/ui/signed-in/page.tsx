/** Where the identity provider leads a window that was opened from the middle of a form: it says so there and closes. */
import type { Metadata } from "next";
import { DoorFrame } from "#components/sign-in/frame.tsx";
import { SignedIn } from "#components/sign-in/signed-in.tsx";

export const metadata: Metadata = { title: "Signed in" };

export default function SignedInPage() {
  return (
    <DoorFrame title="You are signed in" note="This window can be closed. The page you came from goes on.">
      <SignedIn />
    </DoorFrame>
  );
}

/** Where an invitation leads: a password, and in. */
import type { Metadata } from "next";
import { AcceptForm } from "#components/people/accept-form.tsx";
import { DoorFrame } from "#components/sign-in/frame.tsx";

export const metadata: Metadata = { title: "Invitation" };

export default function InvitationPage() {
  return (
    <DoorFrame title="Welcome" note="Choose a password for this gateway's console. The link works once.">
      <AcceptForm />
    </DoorFrame>
  );
}

/** Anybody may ask here whether a certificate of this gateway is genuine. */
import type { Metadata } from "next";
import { VerifyForm } from "#components/privacy/verify-form.tsx";
import { DoorFrame } from "#components/sign-in/frame.tsx";

export const metadata: Metadata = { title: "Check a certificate" };

export default function VerifyPage() {
  return (
    <DoorFrame
      wide
      title="Check a certificate"
      note="Of an erasure, an export or another answer to a privacy request. What you paste is checked and not kept."
    >
      <VerifyForm />
      <p className="mt-6 text-faint text-sm">
        Without this gateway: <code className="font-mono text-xs">shin privacy verify FILE</code> does the
        same on any machine. The public key stands at{" "}
        <a href="/audit/key" className="text-accent hover:underline">
          /audit/key
        </a>
        .
      </p>
    </DoorFrame>
  );
}

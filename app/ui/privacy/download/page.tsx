/** Where the link to an export leads; no sign-in. */
import type { Metadata } from "next";
import { DownloadFile } from "#components/privacy/download-file.tsx";
import { DoorFrame } from "#components/sign-in/frame.tsx";

export const metadata: Metadata = { title: "Your data" };

export default function DownloadPage() {
  return (
    <DoorFrame
      title="Your data"
      note="What this gateway holds about you: a ZIP with a page to read, tables, and a signed list of its files."
    >
      <DownloadFile />
    </DoorFrame>
  );
}

/** Settings, Appearance: how the console looks in this browser. */
import type { Metadata } from "next";
import { AppearanceForm } from "#components/settings/appearance-form.tsx";
import { Card, CardHead } from "#components/ui/card.tsx";
import { openPage } from "../../../../request.ts";
import { SettingsFrame } from "../frame.tsx";

export const metadata: Metadata = { title: "Appearance · Settings" };

export default async function AppearanceSettings() {
  const { session } = await openPage("settingsAppearance");
  return (
    <SettingsFrame section="settingsAppearance" role={session.role} note="How the console looks to you.">
      <Card>
        <CardHead
          title="In this browser"
          note="Nobody else sees a change, and it is kept on this machine alone."
        />
        <AppearanceForm />
      </Card>
    </SettingsFrame>
  );
}

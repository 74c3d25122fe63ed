"use client";
/** Makes or changes an alert channel. What is secret about it is typed anew or left as it is, never shown. */
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "../form/field.tsx";
import { useForm } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose, DialogContent } from "../ui/dialog.tsx";
import { DialogBody, DialogFooter } from "../ui/dialog-frame.tsx";
import { Input, Select } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";
import { ALERT_WORDS } from "./alert-kinds.ts";

export interface ChannelTarget {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly host: string | null;
  readonly to: readonly string[];
  readonly events: readonly string[];
  readonly severity: string;
  readonly quiet: { readonly from: string; readonly to: string } | null;
  readonly enabled: boolean;
}

export function ChannelSheet({
  channel,
  timezone,
  mail,
  onClose,
}: {
  channel: ChannelTarget | null;
  timezone: string;
  /** Is there a mail server? */
  mail: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const form = useForm({
    kind: channel?.kind ?? "webhook",
    name: channel?.name ?? "",
    url: "",
    secret: "",
    to: channel?.to.join(", ") ?? "",
    min_severity: channel?.severity ?? "warning",
    from: channel?.quiet?.from ?? "",
    until: channel?.quiet?.to ?? "",
  });
  const [events, setEvents] = useState<readonly string[]>(channel?.events ?? []);
  const changed = form.dirty || events.join() !== (channel?.events ?? []).join();
  const kind = form.values["kind"] ?? "";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const value = (name: string) => form.values[name]?.trim() ?? "";
    const [from, to] = [value("from"), value("until")];
    const body: Record<string, unknown> = {
      name: value("name"),
      events,
      min_severity: value("min_severity"),
      quiet: from === "" && to === "" ? null : { from, to },
      ...(channel ? { id: channel.id } : { kind }),
    };
    if (kind === "email")
      body["to"] = value("to")
        .split(/[,;\s]+/)
        .filter((one) => one !== "");
    else if (value("url") !== "") body["url"] = value("url");
    if (kind === "webhook" && value("secret") !== "") body["secret"] = value("secret");
    if (!(await form.send(`/alerts/channels/${channel ? "update" : "new"}`, body))) return;
    say(channel ? "The channel is saved" : "The channel is made", { description: "Send it a test." });
    onClose();
    router.refresh();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side="right"
        title={channel ? `Channel “${channel.name}”` : "New channel"}
        description="Alerts that are raised from now on are sent to it, several at once as one message."
      >
        <form onSubmit={(event) => void submit(event)} className="flex min-h-0 flex-1 flex-col">
          <DialogBody className="flex flex-col gap-4">
            {form.failure && (
              <Notice tone="bad" live>
                {form.failure}
              </Notice>
            )}
            {!channel && (
              <Field label="Kind" error={form.errors["kind"]}>
                {(control) => (
                  <Select {...control} {...form.bind("kind")}>
                    <option value="webhook">Webhook (signed JSON)</option>
                    <option value="slack">Slack, Mattermost and the like</option>
                    <option value="email">E-mail</option>
                  </Select>
                )}
              </Field>
            )}
            <Field label="Name" error={form.errors["name"]}>
              {(control) => (
                <Input {...control} {...form.bind("name")} required autoFocus placeholder="on-call" />
              )}
            </Field>
            {kind === "email" ? (
              <>
                {!mail && (
                  <Notice tone="warn">
                    No mail server is set: SMTP_HOST and SMTP_SENDER_EMAIL in the environment, then a restart.
                  </Notice>
                )}
                <Field label="To" error={form.errors["to"]} hint="One address or several.">
                  {(control) => (
                    <Input {...control} {...form.bind("to")} required placeholder="oncall@example.com" />
                  )}
                </Field>
              </>
            ) : (
              <Field
                label="Address"
                error={form.errors["url"]}
                hint={
                  channel
                    ? `Leads to ${channel.host ?? "nowhere"}. Leave it empty to keep it; it is sealed and not shown again.`
                    : "Kept sealed: whoever knows it may post there."
                }
              >
                {(control) => (
                  <Input
                    {...control}
                    {...form.bind("url")}
                    required={!channel}
                    type="url"
                    autoComplete="off"
                    placeholder="https://hooks.example.com/…"
                  />
                )}
              </Field>
            )}
            {kind === "webhook" && (
              <Field
                label="Signing secret"
                optional
                error={form.errors["secret"]}
                hint="Each message is signed with it, in the header x-shin-signature."
              >
                {(control) => (
                  <Input {...control} {...form.bind("secret")} type="password" autoComplete="off" />
                )}
              </Field>
            )}
            <Field label="From" error={form.errors["min_severity"]}>
              {(control) => (
                <Select {...control} {...form.bind("min_severity")}>
                  <option value="info">everything</option>
                  <option value="warning">warnings on</option>
                  <option value="critical">critical only</option>
                </Select>
              )}
            </Field>
            <EventChoice chosen={events} onChange={setEvents} />
            <fieldset className="grid grid-cols-2 gap-4">
              <legend className="mb-1 font-medium text-ink text-sm">
                Quiet hours <span className="font-normal text-faint text-xs">in {timezone}; optional</span>
              </legend>
              <Field label="From" error={form.errors["from"]}>
                {(control) => <Input {...control} {...form.bind("from")} type="time" />}
              </Field>
              <Field label="To" error={form.errors["until"]}>
                {(control) => <Input {...control} {...form.bind("until")} type="time" />}
              </Field>
              <p className="col-span-2 text-faint text-xs">
                What is raised meanwhile comes afterwards. Critical alerts come at once.
              </p>
            </fieldset>
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button type="submit" variant="primary" disabled={form.busy || !changed}>
              {form.busy ? "Saving…" : channel ? "Save channel" : "Create channel"}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function EventChoice({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (events: readonly string[]) => void;
}) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium text-ink text-sm">
        Which <span className="font-normal text-faint text-xs">none ticked: all</span>
      </legend>
      {Object.entries(ALERT_WORDS).map(([kind, words]) => (
        <label key={kind} className="flex min-h-6 items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={chosen.includes(kind)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, kind] : chosen.filter((one) => one !== kind))
            }
            className="size-4 accent-[var(--accent)]"
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

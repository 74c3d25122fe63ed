"use client";
/** The palette: type, choose by the arrows, Enter. Found things are asked of the gateway; a secret leaves as its hash alone. */
import { Command as Menu } from "cmdk";
import {
  Boxes,
  Clock,
  CornerDownLeft,
  KeyRound,
  ScrollText,
  Search,
  Users,
  UsersRound,
  Zap,
} from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { Dialog } from "radix-ui";
import { type ComponentType, type ReactNode, useState } from "react";
import { type Command, matches } from "./commands.ts";
import { type Recent, recentOf, remember } from "./recent.ts";
import { type Finding, useFindings } from "./use-findings.ts";

const ICONS: Readonly<Record<string, ComponentType<{ className?: string }>>> = {
  key: KeyRound,
  user: Users,
  team: UsersRound,
  model: Boxes,
  request: ScrollText,
};
const KINDS: Readonly<Record<Finding["kind"], string>> = {
  key: "Keys",
  user: "People",
  team: "Teams",
  model: "Models",
  request: "Requests",
};

export interface PaletteProps {
  readonly commands: readonly Command[];
  readonly person: string;
  /** Shortcuts without a modifier are on, so they are shown. */
  readonly shortcuts: boolean;
  readonly onRun: (command: Command) => void;
  readonly onClose: () => void;
}

export function Palette({ commands, person, shortcuts, onRun, onClose }: PaletteProps) {
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const [recent] = useState(() => recentOf(person));
  const { found, state, secret } = useFindings(typed);
  const settings = commands.find(({ id }) => id === "go settingsAppearance")?.path;
  const shown = secret ? [] : commands.filter((command) => matches(command, typed.trim()));
  const go = (item: Recent) => {
    onClose();
    remember(person, item);
    router.push(item.path);
  };
  const act = (command: Command) => {
    onClose();
    if (command.group === "Go to" && command.path)
      remember(person, { kind: "page", name: command.title, path: command.path });
    onRun(command);
  };
  const byKind = (Object.keys(KINDS) as Finding["kind"][])
    .map((kind) => [KINDS[kind], found.filter((one) => one.kind === kind)] as const)
    .filter(([, list]) => list.length > 0);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-[oklch(0.2_0.02_240/0.32)] data-[state=open]:animate-in data-[state=open]:fade-in-0 dark:bg-black/60" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-2 z-50 mx-auto flex max-h-[min(30rem,90dvh)] max-w-xl flex-col overflow-hidden rounded-xl border border-line bg-surface shadow-pop outline-none data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:zoom-in-[0.98] sm:top-[14dvh] dark:bg-raised"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Menu shouldFilter={false} loop label="Search and commands" className="flex min-h-0 flex-col">
            <div className="flex items-center gap-2.5 border-line border-b px-4">
              <Search aria-hidden className="size-4 shrink-0 text-faint" />
              <Menu.Input
                value={typed}
                onValueChange={setTyped}
                placeholder="A page, key, person, request id, or what to do"
                maxLength={256}
                autoComplete="off"
                spellCheck={false}
                className="h-12 w-full bg-transparent text-base text-ink outline-none placeholder:text-faint"
              />
              <kbd className="rounded border border-line bg-sunken px-1 font-sans text-2xs text-faint">
                Esc
              </kbd>
            </div>
            <Menu.List className="min-h-0 flex-1 scroll-py-2 overflow-y-auto p-2">
              {typed.trim() === "" && recent.length > 0 && (
                <Group title="Recent">
                  {recent.map((item) => (
                    <Item
                      key={item.path}
                      value={`recent ${item.path}`}
                      icon={ICONS[item.kind] ?? Clock}
                      onSelect={() => go(item)}
                    >
                      {item.name}
                    </Item>
                  ))}
                </Group>
              )}
              {byKind.map(([title, list]) => (
                <Group key={title} title={title}>
                  {list.map((one) => (
                    <Item
                      key={one.path}
                      value={`found ${one.path}`}
                      icon={ICONS[one.kind] ?? Search}
                      note={one.note}
                      onSelect={() => go({ kind: one.kind, name: one.name, path: one.path })}
                    >
                      {one.name}
                    </Item>
                  ))}
                </Group>
              ))}
              {(["Go to", "Do"] as const).map((group) => {
                const list = shown.filter((command) => command.group === group);
                return (
                  list.length > 0 && (
                    <Group key={group} title={group}>
                      {list.map((command) => (
                        <Item
                          key={command.id}
                          value={command.id}
                          icon={group === "Do" ? Zap : CornerDownLeft}
                          keys={shortcuts ? command.keys : undefined}
                          onSelect={() => act(command)}
                        >
                          {command.title}
                        </Item>
                      ))}
                    </Group>
                  )
                );
              })}
              {shown.length + found.length === 0 && state !== "asking" && (
                <p className="px-3 py-8 text-center text-soft text-sm">
                  {state === "failed"
                    ? "The search cannot be reached. Pages and actions still work."
                    : secret
                      ? "No key that you may see has this secret."
                      : `Nothing is called “${typed.trim()}”.`}
                </p>
              )}
            </Menu.List>
            <footer className="flex flex-wrap items-center gap-x-4 border-line border-t bg-sunken/60 px-4 py-2 text-2xs text-faint">
              <p role="status" className="min-w-0 flex-1">
                {secret
                  ? "This looks like a secret: only its SHA-256 leaves the browser."
                  : state === "asking"
                    ? "Searching…"
                    : "A pasted secret finds its key; only its hash is sent."}
              </p>
              {settings && (
                <Link
                  href={settings}
                  prefetch={false}
                  onClick={onClose}
                  className="inline-flex min-h-6 items-center hover:text-ink hover:underline"
                >
                  {shortcuts ? "Switch single keys off" : "Single keys are off"}
                </Link>
              )}
            </footer>
          </Menu>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Menu.Group
      heading={title}
      className="mb-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Menu.Group>
  );
}

function Item({
  value,
  icon: Icon,
  note,
  keys,
  onSelect,
  children,
}: {
  value: string;
  icon: ComponentType<{ className?: string }>;
  note?: string | null;
  keys?: string | undefined;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Menu.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-8 cursor-default items-center gap-2.5 rounded-md px-2 py-1.5 text-ink text-sm data-[selected=true]:bg-hover"
    >
      <Icon className="size-4 shrink-0 text-faint" />
      <span className="truncate">{children}</span>
      {note && <span className="truncate text-faint text-xs">{note}</span>}
      {keys ? (
        <span className="ml-auto flex shrink-0 gap-1">
          {keys.split(" ").map((key, index) => (
            <kbd
              // biome-ignore lint/suspicious/noArrayIndexKey: the same letter may come twice
              key={index}
              className="min-w-5 rounded border border-line bg-sunken px-1 text-center font-sans text-2xs text-faint uppercase"
            >
              {key}
            </kbd>
          ))}
        </span>
      ) : (
        <kbd className="ml-auto shrink-0 rounded border border-line bg-sunken px-1 font-sans text-2xs text-faint">
          ↵
        </kbd>
      )}
    </Menu.Item>
  );
}

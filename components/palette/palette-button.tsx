"use client";
/** Opens the palette: by its button, by Ctrl or Command with K, or by ?. The palette itself comes when it is first asked for. */
import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { signOut } from "../shell/auth-client.ts";
import { say, sayBad } from "../shell/say.ts";
import { actionCommands, type Command, type PaletteItem, pageCommands } from "./commands.ts";
import { forgetRecent } from "./recent.ts";
import { isTyping, onShortcuts, shortcutsNow } from "./shortcuts.ts";
import { want } from "./wanted.ts";

const Palette = dynamic(() => import("./palette.tsx").then((module) => module.Palette), { ssr: false });

/** The second key of a shortcut is waited for so long. */
const SECOND_KEY_MS = 1200;
const never = () => () => {};

export interface PaletteButtonProps {
  readonly items: readonly PaletteItem[];
  readonly role: string;
  /** Whose recent entries are shown. */
  readonly person: string;
}

export function PaletteButton({ items, role, person }: PaletteButtonProps) {
  const [open, setOpen] = useState(false);
  const run = useRun();
  const shortcuts = useSyncExternalStore(onShortcuts, shortcutsNow, () => true);
  const mac = useSyncExternalStore(
    never,
    () => /Mac|iPhone|iPad/.test(navigator.userAgent),
    () => false,
  );
  const commands = useMemo(() => {
    const paths = new Map(items.map((item) => [item.page, item.path]));
    return [...pageCommands(items), ...actionCommands(role, paths)];
  }, [items, role]);
  useKeys(commands, shortcuts, run, setOpen);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-keyshortcuts={mac ? "Meta+K" : "Control+K"}
        className="flex h-8 items-center gap-2 rounded-md text-faint text-sm hover:bg-hover hover:text-ink max-sm:w-8 max-sm:justify-center sm:w-44 sm:border sm:border-line-strong sm:bg-surface sm:pr-1.5 sm:pl-2.5 sm:shadow-card lg:w-56"
      >
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="max-sm:sr-only">Search</span>
        <kbd className="ml-auto hidden rounded border border-line bg-sunken px-1 font-sans text-2xs sm:block">
          {mac ? "⌘" : "Ctrl"} K
        </kbd>
      </button>
      {open && (
        <Palette
          commands={commands}
          person={person}
          shortcuts={shortcuts}
          onRun={run}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** Does what a command says. */
function useRun(): (command: Command) => void {
  const router = useRouter();
  const { setTheme } = useTheme();
  return useCallback(
    (command: Command) => {
      const { group, id, path } = command;
      if (group === "Go to") return router.push(path ?? "/ui");
      if (id.startsWith("theme ")) return setTheme(id.slice("theme ".length));
      if (id === "refresh") return router.refresh();
      if (id === "copy link") return void copyLink();
      if (id === "sign out") return void leave();
      if (!want(id) && path !== undefined) router.push(path);
    },
    [router, setTheme],
  );
}

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(window.location.href);
    say("The link is copied");
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    sayBad("The browser does not let this page copy. Take the address from its bar.");
  }
}

async function leave(): Promise<void> {
  forgetRecent();
  if (await signOut()) return window.location.assign("/ui/sign-in");
  sayBad("Signing out did not work. Check the connection and try again.");
}

function useKeys(
  commands: readonly Command[],
  shortcuts: boolean,
  run: (command: Command) => void,
  setOpen: (change: (open: boolean) => boolean) => void,
): void {
  const first = useRef({ key: "", atMs: 0 });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      if ((event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey && key === "k") {
        event.preventDefault();
        return setOpen((open) => !open);
      }
      if (!shortcuts || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (key === "?") return setOpen(() => true);
      if (key === "/") {
        const box = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (!box) return;
        event.preventDefault();
        return box.focus();
      }
      const before = event.timeStamp - first.current.atMs < SECOND_KEY_MS ? first.current.key : "";
      const command = commands.find(({ keys }) => keys === `${before} ${key}`);
      first.current = command ? { key: "", atMs: 0 } : { key, atMs: event.timeStamp };
      if (!command) return;
      event.preventDefault();
      run(command);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [commands, shortcuts, run, setOpen]);
}

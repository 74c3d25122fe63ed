"use client";
/**
 * The menu behind three dots, the account and the theme. Until somebody reaches for it, it is its button alone: the code
 * of menus comes with the pointer or the focus, and opens on the same press.
 */
import { Slot } from "radix-ui";
import { type ComponentProps, createContext, type ReactNode, useContext, useMemo, useState } from "react";
import type * as Parts from "./menu-parts.tsx";

type Loaded = typeof Parts;

let loaded: Loaded | null = null;
async function load(): Promise<Loaded> {
  loaded ??= await import("./menu-parts.tsx");
  return loaded;
}

interface MenuState {
  /** Null until it is first opened. */
  readonly parts: Loaded | null;
  readonly open: () => void;
}

const Context = createContext<MenuState>({ parts: null, open: () => {} });

export function Menu({ children }: { children: ReactNode }) {
  const [parts, setParts] = useState<Loaded | null>(null);
  const state = useMemo<MenuState>(
    () => ({ parts, open: () => void load().then((found) => setParts(() => found)) }),
    [parts],
  );
  return (
    <Context value={state}>{parts ? <parts.Root defaultOpen>{children}</parts.Root> : children}</Context>
  );
}

export function MenuTrigger({ children, ...props }: ComponentProps<typeof Parts.Trigger>) {
  const { parts, open } = useContext(Context);
  if (parts)
    return (
      <parts.Trigger {...props} asChild>
        {children}
      </parts.Trigger>
    );
  const near = () => void load();
  return (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={near}
      onFocus={near}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown") return;
        event.preventDefault();
        open();
      }}
    >
      {children}
    </Slot.Root>
  );
}

export function MenuContent(props: ComponentProps<typeof Parts.Content>) {
  const { parts } = useContext(Context);
  return parts && <parts.Content {...props} />;
}

export function MenuItem(props: ComponentProps<typeof Parts.Item>) {
  const { parts } = useContext(Context);
  return parts && <parts.Item {...props} />;
}

export function MenuRadio(props: ComponentProps<typeof Parts.Radio>) {
  const { parts } = useContext(Context);
  return parts && <parts.Radio {...props} />;
}

export function MenuRadioGroup(props: ComponentProps<typeof Parts.RadioGroup>) {
  const { parts } = useContext(Context);
  return parts && <parts.RadioGroup {...props} />;
}

export function MenuCheck(props: ComponentProps<typeof Parts.CheckItem>) {
  const { parts } = useContext(Context);
  return parts && <parts.CheckItem {...props} />;
}

export function MenuLabel(props: ComponentProps<typeof Parts.Label>) {
  const { parts } = useContext(Context);
  return parts && <parts.Label {...props} />;
}

export function MenuSeparator() {
  const { parts } = useContext(Context);
  return parts && <parts.Separator />;
}

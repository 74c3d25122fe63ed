"use client";
/** Opens the menu on small screens; the sheet itself comes when it is first asked for. */
import { Menu as MenuIcon } from "lucide-react";
import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import type { NavigationItem } from "./navigation.tsx";

const NavigationSheet = dynamic(
  () => import("./navigation-sheet.tsx").then((module) => module.NavigationSheet),
  { ssr: false },
);

export function SmallNavigation({ items }: { items: readonly NavigationItem[] }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        className="inline-flex size-8 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink md:hidden"
      >
        <MenuIcon aria-hidden className="size-5" />
        <span className="sr-only">Menu</span>
      </button>
      {open && (
        <NavigationSheet
          items={items}
          onClose={() => {
            setOpen(false);
            button.current?.focus();
          }}
        />
      )}
    </>
  );
}

"use client";
/** Theme and account, at the right of the top bar. */
import { LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import Link from "next/link";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";
import { forgetRecent } from "../palette/recent.ts";
import { Button } from "../ui/button.tsx";
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuRadio,
  MenuRadioGroup,
  MenuSeparator,
  MenuTrigger,
} from "../ui/menu.tsx";
import { signOut } from "./auth-client.ts";
import { sayBad } from "./say.ts";

export function AccountMenu({ name, email, role }: { name: string; email: string; role: string }) {
  const leave = async () => {
    forgetRecent();
    if (await signOut()) return window.location.assign("/ui/sign-in");
    sayBad("Signing out did not work. Check the connection and try again.", {
      duration: Number.POSITIVE_INFINITY,
    });
  };
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" className="rounded-full">
          <span
            aria-hidden
            className="flex size-7 items-center justify-center rounded-full bg-accent-wash font-semibold text-2xs text-accent-strong uppercase ring-1 ring-accent/20 dark:text-accent"
          >
            {initials(name)}
          </span>
          <span className="sr-only">Account of {name}</span>
        </Button>
      </MenuTrigger>
      <MenuContent className="w-56">
        <MenuLabel>
          <span className="block truncate font-medium text-ink text-sm">{email}</span>
          <span className="block text-xs">{role}</span>
        </MenuLabel>
        <MenuSeparator />
        <MenuItem asChild>
          <Link href="/ui/account">
            <UserRound aria-hidden /> Your account
          </Link>
        </MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={() => void leave()}>
          <LogOut aria-hidden /> Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

const noop = () => () => {};

export function ThemeMenu() {
  const { theme = "system", setTheme, resolvedTheme } = useTheme();
  // The server does not know which theme it will be.
  const ready = useSyncExternalStore(
    noop,
    () => true,
    () => false,
  );
  const Icon = ready && resolvedTheme === "dark" ? Moon : Sun;
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon">
          <Icon aria-hidden />
          <span className="sr-only">Theme</span>
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuRadioGroup value={theme} onValueChange={setTheme}>
          <MenuRadio value="light">
            <Sun aria-hidden /> Light
          </MenuRadio>
          <MenuRadio value="dark">
            <Moon aria-hidden /> Dark
          </MenuRadio>
          <MenuRadio value="system">
            <Monitor aria-hidden /> As the system
          </MenuRadio>
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name
    .replace(/@.*/, "")
    .split(/[\s._-]+/)
    .filter(Boolean);
  return (words.length > 1 ? `${words[0]?.[0]}${words[1]?.[0]}` : name.slice(0, 2)) || "?";
}

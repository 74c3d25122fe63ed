/** Debian's Chromium for tests that look at the console as people do. */
import { type Browser, chromium } from "playwright-core";
import { services } from "#test/helpers/services.ts";

export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @throws when no Chromium is installed */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ headless: true, args: CHROMIUM_FLAGS, executablePath: services.chromium ?? "" });
}

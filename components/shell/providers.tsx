"use client";
/** The theme and the toasts around every page. */
import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";
import { Toasts } from "./toasts.tsx";

export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  return (
    <ThemeProvider
      attribute="class"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      nonce={nonce}
    >
      {children}
      <Toasts />
    </ThemeProvider>
  );
}

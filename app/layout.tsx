/** The document: fonts from the package, the theme before the first paint, the URL's state, and the toasts. */
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "#components/shell/providers.tsx";
import "./globals.css";

/** As `geist/font/mono` has it, but it comes when a page has text in it: 71 kB that would stand before every first picture. */
const GeistMono = localFont({
  src: "../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2",
  variable: "--font-geist-mono",
  weight: "100 900",
  preload: false,
  adjustFontFallback: false,
  fallback: ["ui-monospace", "SFMono-Regular", "Menlo", "Liberation Mono", "DejaVu Sans Mono", "monospace"],
});

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="1" y="1" width="22" height="22" rx="6.5" fill="#0f6c78"/><path d="M6 8.25h12M7.5 8.25v8.5M16.5 8.25v8.5M12 8.25v4.25M7.5 12.5h9" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>`;

export const metadata: Metadata = {
  title: { default: "Shin Gateway", template: "%s · Shin Gateway" },
  description: "Keys, budgets and limits for language models.",
  // In the document itself: /favicon.ico is no path of ours.
  icons: { icon: `data:image/svg+xml,${encodeURIComponent(ICON)}` },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f8f9" },
    { media: "(prefers-color-scheme: dark)", color: "#0c1013" },
  ],
};

export default async function Layout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? "";
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body className="min-h-dvh">
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  );
}

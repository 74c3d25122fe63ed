/** Addresses below /ui that no page has: without this the API would answer them, in JSON. */
import type { Metadata } from "next";
import { notFound } from "next/navigation";

export const metadata: Metadata = { title: "Not found" };

export default function Nothing() {
  notFound();
}

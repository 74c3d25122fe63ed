"use client";
/** One row beside the list. What a list needs for it comes when one is open. */
import dynamic from "next/dynamic";

export const PeekSheet = dynamic(() => import("./open-sheet.tsx").then((module) => module.OpenSheet), {
  ssr: false,
});

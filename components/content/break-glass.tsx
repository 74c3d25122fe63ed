"use client";
/** Opening and reading what was said in a call. Few ever do, so that its code comes where one of these is shown. */
import dynamic from "next/dynamic";

export const UnlockForm = dynamic(() => import("./unlock.tsx").then((module) => module.UnlockForm));
export const Reader = dynamic(() => import("./unlock.tsx").then((module) => module.Reader));
export const ApproveButton = dynamic(() => import("./unlock.tsx").then((module) => module.ApproveButton));

/** The page of somebody who is not in yet: one narrow column on a quiet ground. */
import type { ReactNode } from "react";
import { ThemeMenu } from "../shell/account-menu.tsx";
import { Mark } from "../shell/mark.tsx";

export function DoorFrame({
  title,
  note,
  children,
  wide = false,
}: {
  title: string;
  note?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  return (
    <div className="flex min-h-dvh flex-col bg-[radial-gradient(60rem_26rem_at_50%_-8rem,var(--accent-wash),transparent)]">
      <div className="flex justify-end p-3">
        <ThemeMenu />
      </div>
      <main
        id="content"
        className={`mx-auto w-full flex-1 px-4 pt-[max(1rem,8dvh)] pb-16 ${wide ? "max-w-2xl" : "max-w-[25rem]"}`}
      >
        <Mark className="mb-5 size-9" />
        <h1 className="font-semibold text-2xl text-ink tracking-[-0.025em]">{title}</h1>
        {note && <p className="mt-1 text-base text-soft">{note}</p>}
        <div className="mt-6">{children}</div>
      </main>
    </div>
  );
}

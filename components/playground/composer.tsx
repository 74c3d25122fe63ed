"use client";
/** Where the next message is written. Enter sends, Shift and Enter begin a new line. */
import { ArrowUp, Square, Trash2 } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Textarea } from "../ui/input.tsx";
import { Notice } from "../ui/notice.tsx";

export interface ComposerProps {
  readonly draft: string;
  readonly onDraft: (text: string) => void;
  readonly onSend: () => void;
  readonly onStop: () => void;
  /** Null: there is nothing to clear. */
  readonly onClear: (() => void) | null;
  readonly busy: boolean;
  /** Why nothing can be sent; null when it can. */
  readonly blocked: string | null;
  readonly refusal: string | null;
}

export function Composer({ draft, onDraft, onSend, onStop, onClear, busy, blocked, refusal }: ComposerProps) {
  return (
    <form
      className="flex flex-col gap-2 border-line border-t p-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {refusal && (
        <Notice tone="bad" live>
          No session key could be made: {refusal}
        </Notice>
      )}
      <Textarea
        aria-label="Message"
        placeholder="Write a message"
        rows={3}
        value={draft}
        onChange={(event) => onDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          onSend();
        }}
        className="max-h-60 resize-y"
      />
      <div className="flex items-center gap-2">
        {onClear && (
          <Button variant="ghost" size="sm" onClick={onClear} disabled={busy}>
            <Trash2 aria-hidden /> Clear conversation
          </Button>
        )}
        <p className="ml-auto hidden text-faint text-xs sm:block">
          {blocked ?? "Enter sends, Shift+Enter begins a line"}
        </p>
        {busy ? (
          <Button onClick={onStop}>
            <Square aria-hidden className="fill-current" /> Stop
          </Button>
        ) : (
          <Button type="submit" variant="primary" disabled={draft.trim() === "" || blocked !== null}>
            <ArrowUp aria-hidden /> Send
          </Button>
        )}
      </div>
    </form>
  );
}

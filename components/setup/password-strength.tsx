/** How hard a password is to guess, roughly: by its length and the kinds of characters in it. A help, never a gate. */
import { cn } from "../ui/class-names.ts";

const WORDS = ["Too short", "Weak", "Fair", "Good", "Strong"] as const;
const TONES = ["bg-line-strong", "bg-bad", "bg-warn", "bg-good", "bg-good"] as const;

export function strengthOf(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password.length < 12) return 0;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  const bits = new Set(password).size * 1.6 + password.length * 1.4 + kinds * 3;
  return bits < 40 ? 1 : bits < 50 ? 2 : bits < 62 ? 3 : 4;
}

export function PasswordStrength({ password }: { password: string }) {
  const level = strengthOf(password);
  if (password === "") return null;
  return (
    <p className="flex items-center gap-2 text-soft text-xs" role="status">
      <span aria-hidden className="flex flex-1 gap-1">
        {[1, 2, 3, 4].map((step) => (
          <span
            key={step}
            className={cn(
              "h-1 flex-1 rounded-full",
              step <= Math.max(level, 1) ? TONES[Math.max(level, 1)] : "bg-line",
            )}
          />
        ))}
      </span>
      {WORDS[level]}
    </p>
  );
}

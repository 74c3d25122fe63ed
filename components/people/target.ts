/** People and teams as the dialogs about them need them. */

export interface PersonTarget {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  /** As the console calls it. */
  readonly role: string;
  readonly blocked: boolean;
  /** The one who looks: nobody locks themselves out from here. */
  readonly self: boolean;
  readonly hasAccess: boolean;
  /** An account of programs: nobody signs in to it, and somebody answers for it. */
  readonly service: { readonly ownerId: string } | null;
  readonly keys: number;
}

export interface TeamTarget {
  readonly id: string;
  readonly name: string;
  readonly blocked: boolean;
  readonly models: readonly string[];
  readonly members: number;
  readonly keys: number;
}

export const ROLE_WORDS: Readonly<Record<string, { readonly name: string; readonly may: string }>> = {
  admin: { name: "Admin", may: "Everything: keys, people, models, budgets and settings." },
  developer: { name: "Developer", may: "Own keys, calls and usage; the teams they belong to." },
  finance: { name: "Finance", may: "Usage and budgets, which they may change. No keys and no calls." },
  dpo: { name: "Data protection", may: "People, retention and the audit log." },
  auditor: { name: "Auditor", may: "Reads everything but contents and secrets, and changes nothing." },
};

/** A member of a team, for the dialogs that change it. */
export interface MemberTarget {
  readonly teamId: string;
  readonly userId: string;
  readonly name: string;
  readonly role: string;
  /** Dollars; empty: the team's default holds. */
  readonly max: string;
  readonly duration: string;
  readonly keys: number;
}

/** A check as the buttons about it need it. */

export interface CheckTarget {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  /** What a person vouches for; null: nobody's word counts. */
  readonly ask: { readonly what: string; readonly days: number; readonly document: boolean } | null;
  readonly action: { readonly id: string; readonly label: string } | null;
  readonly link: { readonly href: string; readonly label: string } | null;
  readonly steps: readonly string[];
  /** How many keys a fix would block; null: it blocks none. */
  readonly blocks: number | null;
  /** The id of the attestation and of the waiver that stand, to take them back. */
  readonly attestation: string | null;
  readonly waiver: string | null;
}

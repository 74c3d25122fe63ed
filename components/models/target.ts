/** A model as its form has it: plain text, for it travels to the browser. Never a credential. */

export interface ModelTarget {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly upstream: string;
  /** Empty: the provider's own. */
  readonly base: string;
  /** Dollars per million tokens; empty: from the bundled list. */
  readonly inputPrice: string;
  readonly outputPrice: string;
  readonly rpm: string;
  readonly tpm: string;
  readonly order: string;
  /** True when the gateway has a credential for it. */
  readonly hasCredential: boolean;
  /** Made through the API: only those can be changed here. */
  readonly stored: boolean;
}

export interface ModelChoices {
  readonly providers: readonly {
    readonly name: string;
    readonly base: string | null;
    readonly variable: string | null;
  }[];
  /** Public names that exist. */
  readonly names: readonly string[];
}

/** Which pages of other origins may call the gateway from a browser. */

export interface CorsConfig {
  /** `["*"]`, exact origins, or empty: no cross-origin answer. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
  readonly methods: readonly string[];
  readonly headers: readonly string[];
}

/** What people may ask about their data, the steps that answer it, and how one may end early. Apart from the schemas, which pages load late. */

export const REQUEST_TYPES = ["access", "portability", "erasure", "restriction", "rectification"] as const;
export type RequestType = (typeof REQUEST_TYPES)[number];

/** In the order in which a request takes them; the last two have no next. */
export const REQUEST_STEPS = ["identify", "locate", "decide", "approve", "run", "done", "closed"] as const;
export type RequestStep = (typeof REQUEST_STEPS)[number];

export const CLOSE_OUTCOMES = ["no_data_held", "refused", "not_identified", "duplicate"] as const;

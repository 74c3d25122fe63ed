/** Bodies of the console's routes behind the frame of every page: search and saved views. */
import { z } from "zod";
import { text } from "#lib/api-fields.ts";

export const searchSchema = z.object({ text: text(256).trim().min(1, "must not be empty") });

/** Pages whose filters can be kept under a name. */
export const VIEW_PAGES = ["keys", "logs", "usage"] as const;

const page = z.enum(VIEW_PAGES, `must be one of ${VIEW_PAGES.join(", ")}`);
const name = text(60).trim().min(1, "must not be empty");

export const saveViewSchema = z.object({
  page,
  name,
  /** The query of the page's address, without its question mark. */
  query: text(2000).regex(/^[^\s#?]*$/, "must be the query of an address"),
});
export const removeViewSchema = z.object({ id: text(64) });

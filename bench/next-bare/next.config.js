/** The smallest configuration: the folder is told, because a lockfile further up would make Next guess. */
import { resolve } from "node:path";

// biome-ignore lint/style/noDefaultExport: Next reads the default export.
export default {
  turbopack: { root: resolve(import.meta.dirname, "../..") },
};

/** Opens a data folder, says whether it got it, and holds it until it is ended. */
import { openDataFolder } from "../../../lib/node/data-folder.ts";
import { messageOf } from "../../../lib/node/start-error.ts";

try {
  await openDataFolder({ dir: process.argv[2] ?? "", now: () => new Date() });
  console.log(JSON.stringify({ open: true }));
} catch (error) {
  console.log(JSON.stringify({ open: false, reason: messageOf(error) }));
}
setInterval(() => {}, 60_000);

/** A gateway that has opened its data folder and database, reduced to that. */
import { openDataFolder } from "../../../lib/node/data-folder.ts";
import { startEmbeddedPostgres } from "../../../lib/node/embedded-postgres.ts";

const folder = await openDataFolder({ dir: process.argv[2] ?? "", now: () => new Date() });
const say = (_fields: object, message: string) => console.error(message);
const nativeDir = process.argv[3];
const database = await startEmbeddedPostgres({
  dataDir: folder.path,
  log: { info: say, warn: say, error: say },
  ...(nativeDir === undefined ? {} : { nativeDir }),
});
console.log(JSON.stringify({ pid: database.pid(), adopted: database.adopted, options: database.options }));
setInterval(() => {}, 60_000);

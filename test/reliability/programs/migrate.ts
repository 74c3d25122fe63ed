/** Migrates the database that its argument connects to (options of postgres.js as JSON); a test kills it half-way. */
import { connect } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";

const sql = connect({ target: JSON.parse(process.argv[2] ?? "{}"), max: 1, applicationName: "dying" });
console.log(JSON.stringify("migrating"));
await migrate(sql);

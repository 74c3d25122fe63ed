/** For drizzle-kit only, which compares the schema with the migrations; the gateway itself runs `db/migrate.ts`. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "postgresql", schema: "./db/schema", out: "./db/migrations" });

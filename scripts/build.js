/** `npm run build`: installs when needed and builds in any case. */
import { build, fail, install } from "./prepare.js";

try {
  await install();
  await build({ always: true });
} catch (error) {
  fail(error);
}

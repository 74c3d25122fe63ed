/** `npm start`: installs and builds when needed, then becomes the gateway. Arguments go to server.ts as they are. */
import { join } from "node:path";
import { withNodeOptions } from "./node-options.js";
import { become, build, fail, findNode, install, root } from "./prepare.js";

try {
  await install();
  const args = process.argv.slice(2);
  if (!args.includes("--help") && !args.includes("-h")) await build();
  become(findNode(), [join(root, "server.ts"), ...args], withNodeOptions(process.env));
} catch (error) {
  fail(error);
}

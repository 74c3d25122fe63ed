/** Checks of where secrets stand: in variables, in a file that is the gateway's alone, and never in git. */

import { literalSecrets } from "#lib/config/literal-secrets.ts";
import { readFileIfPresent } from "#lib/config/process.ts";
import { type Check, failed, passed, plural } from "../check.ts";
import { lookAtEnvFile } from "../env-file.ts";

const literals: Check = {
  id: "secrets_in_environment",
  title: "Secrets in environment variables",
  requirement: "All secrets in environment variables",
  guide: ["security-8", "pre-2", "key-8", "key-11"],
  gdpr: ["32"],
  soc2: ["CC6.1"],
  ask: null,
  fix: {
    steps: [
      "Replace each named value by os.environ/NAME, and set NAME in .env or in the service's environment",
      "Rotate what stood in the file: whoever has a copy of the file has the secret",
    ],
  },
  needs: "config",
  run: ({ config: { file, files } }) => {
    const places = files
      .filter((path) => /\.ya?ml$/i.test(path))
      .flatMap((path) => {
        const name = path.split(/[/\\]/).at(-1) ?? path;
        return literalSecrets(readFileIfPresent(path) ?? "", name).map(
          (one) => `${name}:${one.line} ${one.name}`,
        );
      });
    if (places.length > 0)
      return failed(`In clear: ${places.slice(0, 10).join(", ")}`, { places: places.slice(0, 100) });
    return passed(
      file === null
        ? "There is no config.yaml: everything comes from variables"
        : "No value in config.yaml is a secret",
    );
  },
};

const envFile: Check = {
  id: "env_file",
  title: ".env is the gateway's alone, and not in git",
  requirement: ".env file not committed to git",
  guide: ["security-8", "pre-3", "key-3", "key-4"],
  gdpr: ["32"],
  soc2: ["CC6.1"],
  ask: null,
  fix: {
    steps: [
      "chmod 600 .env",
      "echo .env >> .gitignore",
      "git rm --cached .env, and rotate every secret in it",
    ],
    action: { id: "protect_env", label: "Set mode 600" },
  },
  needs: "config",
  run: async ({ config, cwd }) => {
    const folders = [cwd, ...(config.file === null ? [] : [config.file.replace(/[/\\][^/\\]*$/, "")])];
    const looks = await Promise.all([...new Set(folders)].map(lookAtEnvFile));
    const faults = [...new Set(looks.flatMap((look) => look.faults))];
    const there = looks.filter((look) => look.present);
    if (faults.length > 0) return failed(faults.join("; "), { faults: faults.length });
    if (there.length === 0) return passed("There is no .env file here, and none is in git");
    const git = there.some((look) => look.repository);
    return passed(
      `${plural(there.length, ".env file")} of mode 600${git ? ", ignored by git and not in its index" : ", outside of any git repository"}`,
    );
  },
};

export const SECRET_CHECKS: readonly Check[] = [literals, envFile];

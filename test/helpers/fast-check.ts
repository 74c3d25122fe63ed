/**
 * fast-check with one seed for everybody, so that a run says the same of the same code everywhere. `FUZZ_SEED=random`
 * (or a number) searches elsewhere.
 */
import fc from "fast-check";

const asked = process.env["FUZZ_SEED"] ?? "20261123";
fc.configureGlobal(asked === "random" ? {} : { seed: Number(asked) });

export { fc };

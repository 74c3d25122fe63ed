// Verifies an exported audit log with nothing but Node: node audit-verify.mjs audit-export.jsonl [key id ...]
// Without a key id the file's own key is believed: compare the id that is printed with GET /audit/key.
import { createHash, createPublicKey, verify } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const [file, ...named] = process.argv.slice(2);
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
// RFC 8785: members in the order of their names, no spaces.
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const member = (name) => `${JSON.stringify(name)}:${canonical(value[name])}`;
  return `{${Object.keys(value).sort().map(member).join(",")}}`;
};
const isSigned = ({ keyId, publicKey }, value, signature) => {
  const key = Buffer.from(publicKey, "base64");
  if (sha256(key).slice(0, 16) !== keyId) return false;
  const spki = createPublicKey({ key, format: "der", type: "spki" });
  return verify(null, Buffer.from(canonical(value)), spki, Buffer.from(signature, "base64"));
};
const need = (condition, message) => {
  if (condition) return;
  console.error(`BROKEN: ${message}`);
  process.exit(3);
};
const digest = createHash("sha256");
let [header, end, last, records, heads, signed] = [null, null, null, 0, 0, 0];
for await (const text of createInterface({ input: createReadStream(file, "utf8") })) {
  const line = JSON.parse(text);
  need(end === null, "something stands after the manifest");
  if (line.manifest) end = line;
  else digest.update(`${text}\n`);
  if (line.header) {
    header = line.header;
    const number = header.startedAfter;
    last = { number, hash: sha256(`shin audit chain, started after ${number}`) };
  } else if (line.record) {
    const { hash, ...rest } = line.record;
    const at = `#${last.number + 1}`;
    need(rest.number === last.number + 1, `${at} is not here: #${rest.number} is`);
    need(sha256(canonical(rest)) === hash, `${at} is not what was written`);
    need(rest.previous === last.hash, `${at} does not continue the record before it`);
    [last, records] = [{ number: rest.number, hash }, records + 1];
  } else if (line.head) {
    const { hash, keyId, number, signature, time } = line.head;
    const own = named.length > 0 ? named.includes(keyId) : keyId === header.keyId;
    need(own && isSigned(line.head, { hash, keyId, number, time }, signature), `#${number}: head not signed`);
    need(number === last.number && hash === last.hash, `#${signed + 1} to #${number}: not what was signed`);
    [heads, signed] = [heads + 1, number];
  }
}
need(end, "the manifest is missing");
const { manifest, signature } = end;
const keyId = manifest.keyId;
need(isSigned(manifest, manifest, signature) && keyId === header.keyId, "the manifest is not signed");
need(named.length === 0 || named.includes(keyId), `signed by key ${keyId}, not by one you named`);
need(manifest.sha256 === digest.digest("hex"), "the manifest is of another file");
need(manifest.records === records && manifest.heads === heads, "the manifest counts others");
console.log(`${records} records to #${last.number}, signed to #${signed}, by key ${keyId}`);

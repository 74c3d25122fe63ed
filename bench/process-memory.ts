/** Reads the memory of a process and its descendants from /proc. Linux only, as the whole benchmark is. */
import { readdirSync, readFileSync } from "node:fs";

const KIB_PER_MB = 1024;

/** RSS in MB of a process and its descendants; pages they share count once for each. Databases are left out. */
export function rssMb(pid: number): number {
  const family = familyOf(pid).filter((one) => readOrEmpty(`/proc/${one}/comm`).trim() !== "postgres");
  return family.reduce((total, one) => total + rssKib(one), 0) / KIB_PER_MB;
}

export interface TreeMemory {
  /** What the whole tree holds: pages shared within it count once, pages shared with others outside count in full. */
  readonly allMb: number;
  /** Each process with its RSS; the sum is more than the whole, because of what they share. */
  readonly processes: readonly { readonly name: string; readonly rssMb: number }[];
}

/**
 * Memory of a process and its descendants, databases included. PSS alone would flatter: it divides the pages of the node
 * program with every other node on the machine, the benchmark itself among them.
 */
export function treeMemory(pid: number): TreeMemory {
  const family = familyOf(pid);
  let ownKib = 0;
  const sharedKib = new Map<string, number>();
  for (const one of family) {
    const shared = new Map<string, number>();
    const mappings = mappingsOf(one);
    // Another user's mappings may be unreadable; RSS then stands in, which counts too much, never too little.
    if (mappings.length === 0) ownKib += rssKib(one);
    for (const mapping of mappings) {
      ownKib += mapping.ownKib;
      if (mapping.file !== null)
        shared.set(mapping.file, (shared.get(mapping.file) ?? 0) + mapping.sharedKib);
    }
    for (const [file, kib] of shared) sharedKib.set(file, Math.max(kib, sharedKib.get(file) ?? 0));
  }
  const onceKib = [...sharedKib.values()].reduce((total, kib) => total + kib, 0);
  return {
    allMb: (ownKib + onceKib) / KIB_PER_MB,
    processes: family.map((one) => ({ name: nameOf(one), rssMb: rssKib(one) / KIB_PER_MB })),
  };
}

interface Mapping {
  /** Device and inode of what is mapped; null for anonymous memory. */
  readonly file: string | null;
  readonly ownKib: number;
  readonly sharedKib: number;
}

/** The entries of /proc/PID/smaps: one header with device and inode, then lines such as `Pss: 12 kB`. */
function mappingsOf(pid: number): Mapping[] {
  const entries = readOrEmpty(`/proc/${pid}/smaps`).split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return entries
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [, , , device, inode] = entry.split(/\s+/, 5);
      const kib = (field: string): number => readKib(entry, field);
      // Anonymous pages are shared only with relatives (fork), so their PSS is the truth.
      if (inode === "0") return { file: null, ownKib: kib("Pss"), sharedKib: 0 };
      return {
        file: `${device} ${inode}`,
        ownKib: kib("Private_Clean") + kib("Private_Dirty"),
        sharedKib: kib("Shared_Clean") + kib("Shared_Dirty"),
      };
    });
}

function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    // "pid (name) state parent ...", where the name may hold spaces and brackets.
    const stat = readOrEmpty(`/proc/${entry}/stat`);
    parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}

function nameOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`).split("\0").join(" ").trim().slice(0, 50);
}

function rssKib(pid: number): number {
  return readKib(readOrEmpty(`/proc/${pid}/status`), "VmRSS");
}

function readKib(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
}

/** A process may end between listing and reading; it then has no memory, and an empty text says so. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

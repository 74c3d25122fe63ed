/** One line about the machine: figures without it mean nothing. */
import { statfsSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
  readonly node: string;
  readonly kernel: string;
  /** Where the databases write; on tmpfs a commit costs nothing and the figures flatter. */
  readonly temporaryFileSystem: string;
}

const FILE_SYSTEMS = new Map([
  [0xef53, "ext4"],
  [0x01021994, "tmpfs"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x794c7630, "overlayfs"],
]);

/** Reads the machine's description. */
export function describeMachine(): Machine {
  const all = cpus();
  const magic = statfsSync(tmpdir()).type;
  return {
    cores: all.length,
    processor: all[0]?.model ?? "unknown processor",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: release(),
    temporaryFileSystem: FILE_SYSTEMS.get(magic) ?? `file system 0x${magic.toString(16)}`,
  };
}

/** The same for people. */
export function machineLine(machine: Machine): string {
  const { cores, processor, memoryGb, node, kernel, temporaryFileSystem } = machine;
  return `${cores} cores (${processor}), ${memoryGb} GB, node ${node}, kernel ${kernel}, databases on ${temporaryFileSystem}`;
}

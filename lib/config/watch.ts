/**
 * Reload on SIGHUP and when a file changes. Folders are watched rather than files, because editors replace a file by
 * renaming a new one over it; a file that is gone or empty for a moment is waited for. A broken configuration changes nothing.
 */
import { type FSWatcher, watch } from "node:fs";
import path from "node:path";
import type { Config } from "./config.ts";
import type { LoadResult } from "./load.ts";
import { compareReload, type Reload } from "./reload.ts";

export interface WatchOptions {
  /** Reads everything anew. */
  readonly load: () => LoadResult;
  readonly running: Config;
  /** `LoadResult.files` of the load that made `running`. */
  readonly files: readonly string[];
  /** Whether a file is there with something in it. */
  readonly hasContent: (file: string) => boolean;
  /** Told what every reload led to; `unchanged` is told only for SIGHUP and `reload()`. */
  readonly onReload: (reload: Reload) => void;
  /** Told when a folder cannot be watched; SIGHUP still works. */
  readonly onWatchFailure: (folder: string, error: Error) => void;
  readonly signals?: SignalSource;
  /** Starts a timer and returns how to stop it. */
  readonly startTimer?: (callback: () => void, delayMs: number) => () => void;
  readonly debounceMs?: number;
  /** How long a file may be gone. */
  readonly graceMs?: number;
}

export interface SignalSource {
  on(signal: "SIGHUP", listener: () => void): unknown;
  off(signal: "SIGHUP", listener: () => void): unknown;
}

export interface ConfigWatch {
  /** Reads and applies at once, as SIGHUP does. */
  reload(): Reload;
  close(): void;
}

/** Watches until `close()`. Does not keep the process alive. */
export function watchConfig(options: WatchOptions): ConfigWatch {
  const { debounceMs = 150, graceMs = 2_000, signals = process, startTimer = unrefTimer } = options;
  const watchers = new Map<string, FSWatcher>();
  let running = options.running;
  let files = options.files;
  // Files that were empty all along are not lost.
  let filled = running.files.filter(options.hasContent);
  // A change that needs a restart stays different for ever; told once, it is no news.
  let toldRestart = "";
  let stopTimer: (() => void) | null = null;
  let waitedMs = 0;
  let closed = false;

  const schedule = (): void => {
    if (closed) return;
    stopTimer?.();
    stopTimer = startTimer(fromFiles, debounceMs);
  };

  const fromFiles = (): void => {
    stopTimer = null;
    const lost = filled.some((file) => path.basename(file) !== ".env" && !options.hasContent(file));
    if (lost && waitedMs < graceMs) {
      waitedMs += debounceMs;
      schedule();
      return;
    }
    waitedMs = 0;
    apply(false);
  };

  const apply = (asked: boolean): Reload => {
    const loaded = options.load();
    const reload = withoutOldNews(compareReload(running, loaded));
    files = reload.kind === "refused" ? [...new Set([...files, ...loaded.files])] : loaded.files;
    if (reload.kind === "changed") running = reload.config;
    if (loaded.config !== null && reload.kind !== "refused")
      filled = loaded.config.files.filter(options.hasContent);
    arm();
    if (asked || reload.kind !== "unchanged") options.onReload(reload);
    return reload;
  };

  const withoutOldNews = (reload: Reload): Reload => {
    if (reload.kind === "refused") return reload;
    const restart = reload.kind === "changed" ? reload.needRestart.join() : "";
    const isNews = reload.kind === "changed" && (reload.changed.length > 0 || restart !== toldRestart);
    toldRestart = restart;
    return isNews ? reload : { kind: "unchanged" };
  };

  const arm = (): void => {
    const wanted = new Set(files.map((file) => path.dirname(file)));
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) if (!watchers.has(folder)) watchFolder(folder);
  };

  const watchFolder = (folder: string): void => {
    const fail = (error: unknown): void => {
      watchers.get(folder)?.close();
      watchers.delete(folder);
      options.onWatchFailure(folder, error instanceof Error ? error : new Error(String(error)));
    };
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (concerns(folder, name)) schedule();
      });
      watcher.on("error", fail);
      watchers.set(folder, watcher);
    } catch (error) {
      fail(error);
    }
  };

  // Mounted Kubernetes volumes swap a link called "..data"; other files of the folder, such as a log, do not matter.
  const concerns = (folder: string, name: string | null): boolean =>
    name === null || name.startsWith("..") || files.includes(path.join(folder, name));

  const onSignal = (): void => void apply(true);
  arm();
  signals.on("SIGHUP", onSignal);
  return {
    reload: () => apply(true),
    close() {
      closed = true;
      stopTimer?.();
      signals.off("SIGHUP", onSignal);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

function unrefTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timer);
}

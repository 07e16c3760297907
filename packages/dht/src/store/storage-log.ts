import { formatRelativeTime } from "../log/index.ts";
import type { Source } from "./source.ts";
import type { StoreStats } from "./store-stats.ts";
import type { StoredKey } from "./stored-key.ts";

/** All keys, and who uses how much, in OpenDHT's words. */
export function formatStorage(
  keys: Iterable<StoredKey>,
  sources: readonly Source[],
  stats: StoreStats,
  limits: { readonly maxBytes: number; readonly maxLocalBytes: number },
): string {
  const lines: string[] = [];
  for (const key of keys) lines.push(formatSummary(key));
  lines.push("", "");
  for (const { address, bytes } of sources) lines.push(`IP ${address?.withPort(0)} uses ${formatBytes(bytes)}`);
  const total = `Total ${stats.keys} storages, ${stats.values} values`;
  if (stats.bytes < 1024) lines.push(`${total} (${stats.bytes} bytes)`);
  else {
    const remote = `${toKb(stats.bytes - stats.localBytes)} / ${formatLimit(limits.maxBytes)} remote`;
    const local = `${toKb(stats.localBytes)} / ${formatLimit(limits.maxLocalBytes)} local`;
    lines.push(`${total} (${remote}, ${local})`);
  }
  return `${lines.join("\n")}\n`;
}

/** One key with its values and listeners. */
export function formatKey(key: StoredKey, now: number): string {
  const lines = [formatSummary(key)];
  for (const { value, created, expires } of key.values()) {
    const times = `created: ${formatRelativeTime(created, now)} expires: ${formatRelativeTime(expires, now)}`;
    lines.push(`   Value ${value.id.toString(16)} size: ${formatBytes(value.size)} ${times}`);
  }
  if (key.localListeners.length > 0) lines.push(`   ${key.localListeners.length} local listeners`);
  const entriesByPeer = new Map<string, number>();
  for (const { peer } of key.remoteListeners) {
    entriesByPeer.set(peer.toString(), (entriesByPeer.get(peer.toString()) ?? 0) + 1);
  }
  for (const [peer, count] of entriesByPeer) lines.push(`   Listener ${peer} : ${count} entries`);
  return `${lines.join("\n")}\n`;
}

function formatSummary(key: StoredKey): string {
  let bytes = 0;
  for (const { value } of key.values()) bytes += value.size;
  // As in the original: listeners of our own have a line of theirs.
  return `Storage ${key.key} ${key.remoteListeners.length} list., ${key.valueCount} values, ${formatBytes(bytes)}`;
}

function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : toKb(bytes);
}

function formatLimit(bytes: number): string {
  return Number.isFinite(bytes) ? toKb(bytes) : "unlimited";
}

function toKb(bytes: number): string {
  return `${Math.floor(bytes / 1024)} KB`;
}

const UNITS = ["KB", "MB", "GB", "TB"] as const;

/** As dhtnode prints byte counts: `0 B`, `16.69 KB (17094 bytes)`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length);
  return `${Number((bytes / 1024 ** power).toFixed(2))} ${UNITS[power - 1]} (${bytes} bytes)`;
}

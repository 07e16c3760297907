import { DatabaseSync, type StatementSync } from "node:sqlite";
import { NodeId } from "../id/index.ts";
import type { Pair, Storage } from "../storage/index.ts";
import { PackedValue } from "../value/index.ts";

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS pairs (
    key BLOB PRIMARY KEY, value BLOB NOT NULL, published_at REAL NOT NULL, expires_at REAL NOT NULL, replicate_at REAL NOT NULL
  );
  CREATE INDEX IF NOT EXISTS pairs_by_expiry ON pairs (expires_at);
  CREATE INDEX IF NOT EXISTS pairs_by_replication ON pairs (replicate_at);
`;
const COLUMNS = "key, value, published_at AS publishedAt, expires_at AS expiresAt, replicate_at AS replicateAt";

/** Pairs read at once while walking over all of them, so that others may be written in between. */
const BATCH = 256;

/** How much the file holds. A full storage refuses further keys. */
export interface SqliteStorageOptions {
  /** Default 1 000 000. */
  readonly maxPairs?: number;
}

/**
 * Keeps pairs in a SQLite file, by the SQLite that is part of Node.js. A crash of the process loses nothing, a crash of
 * the machine at most the last moments.
 */
export class SqliteStorage implements Storage, Disposable {
  readonly isPersistent = true;
  readonly #database: DatabaseSync;
  readonly #maxPairs: number;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #delete: StatementSync;
  readonly #page: StatementSync;
  readonly #due: StatementSync;
  readonly #expire: StatementSync;
  #size: number;

  /** @param path the database file; made if it does not exist. `":memory:"` keeps nothing. */
  constructor(path: string, { maxPairs = 1_000_000 }: SqliteStorageOptions = {}) {
    const database = new DatabaseSync(path);
    database.exec(SCHEMA);
    this.#database = database;
    this.#maxPairs = maxPairs;
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM pairs WHERE key = ?`);
    this.#set = database.prepare("INSERT OR REPLACE INTO pairs VALUES (?, ?, ?, ?, ?)");
    this.#delete = database.prepare("DELETE FROM pairs WHERE key = ?");
    this.#page = database.prepare(`SELECT ${COLUMNS} FROM pairs WHERE key > ? ORDER BY key LIMIT ${BATCH}`);
    this.#due = database.prepare(
      `SELECT ${COLUMNS} FROM pairs WHERE replicate_at <= ? ORDER BY replicate_at LIMIT ${BATCH}`,
    );
    this.#expire = database.prepare("DELETE FROM pairs WHERE expires_at <= ?");
    this.#size = Number(database.prepare("SELECT count(*) AS count FROM pairs").get()?.count);
  }

  get size(): number {
    return this.#size;
  }

  get(key: NodeId): Pair | undefined {
    const row = this.#get.get(key.bytes);
    return row && pairOf(row);
  }

  set({ key, value, publishedAt, expiresAt, replicateAt }: Pair): boolean {
    const isNew = this.#get.get(key.bytes) === undefined;
    if (isNew && this.#size >= this.#maxPairs) return false;
    this.#set.run(key.bytes, value.bytes, publishedAt, expiresAt, replicateAt);
    if (isNew) this.#size++;
    return true;
  }

  delete(key: NodeId): boolean {
    const deleted = Number(this.#delete.run(key.bytes).changes);
    this.#size -= deleted;
    return deleted > 0;
  }

  *pairs(): Iterable<Pair> {
    let after: Uint8Array = new Uint8Array(0);
    for (;;) {
      const rows = this.#page.all(after);
      for (const row of rows) {
        const pair = pairOf(row);
        after = pair.key.bytes;
        yield pair;
      }
      if (rows.length < BATCH) return;
    }
  }

  dueForReplication(time: number): Iterable<Pair> {
    return this.#due.all(time).map(pairOf);
  }

  expire(time: number): void {
    this.#size -= Number(this.#expire.run(time).changes);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function pairOf(row: Record<string, unknown>): Pair {
  const { key, value, publishedAt, expiresAt, replicateAt } = row;
  if (!(key instanceof Uint8Array && value instanceof Uint8Array))
    throw new TypeError("this database holds something else");
  return {
    key: NodeId.from(key),
    value: PackedValue.fromBytes(value),
    publishedAt: Number(publishedAt),
    expiresAt: Number(expiresAt),
    replicateAt: Number(replicateAt),
  };
}

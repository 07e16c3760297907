import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CryptoError, hash, MAX_REVOCATION_LIST_BYTES, RevocationList, replaceFile } from "@hashmere/crypto";
import { readBoundedFile } from "../files/index.ts";

/** Lists kept for one authority; the oldest goes first. */
export const MAX_LISTS_PER_AUTHORITY = 16;

const FILE_MODE = 0o644;

interface KeptList {
  readonly list: RevocationList;
  /** Names of the files that hold it: one, unless an older program wrote it under its number too. */
  readonly files: Set<string>;
}

/** Revocation lists by authority and content, so that two of the same number both stay; in a folder each, or in memory. */
export class RevocationFolder {
  readonly #path: string | undefined;
  /** By short id of the authority, then by digest of the list. */
  readonly #lists = new Map<string, Map<string, KeptList>>();

  constructor(path: string | undefined) {
    this.#path = path;
  }

  async load(): Promise<void> {
    if (this.#path === undefined) return;
    for (const entry of await readdir(this.#path, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const folder = join(this.#path, entry.name);
      for (const file of (await readdir(folder)).sort()) {
        const list = await readList(join(folder, file));
        if (list !== undefined) this.#keep(entry.name, list).files.add(file);
      }
    }
  }

  of(id: string): readonly RevocationList[] {
    return [...(this.#lists.get(id)?.values() ?? [])].map(({ list }) => list);
  }

  async add(id: string, list: RevocationList): Promise<void> {
    const { files } = this.#keep(id, list);
    const name = digestOf(list);
    if (files.has(name)) return;
    files.add(name);
    if (this.#path === undefined) return;
    await mkdir(join(this.#path, id), { recursive: true });
    await replaceFile(join(this.#path, id, name), list.pack(), FILE_MODE);
    await this.#makeRoom(id);
  }

  async remove(id: string, list: RevocationList): Promise<boolean> {
    const lists = this.#lists.get(id);
    const kept = lists?.get(digestOf(list));
    if (lists === undefined || kept === undefined) return false;
    lists.delete(digestOf(list));
    if (this.#path === undefined) return true;
    for (const name of kept.files) await rm(join(this.#path, id, name), { force: true });
    return true;
  }

  #keep(id: string, list: RevocationList): KeptList {
    const lists = this.#lists.get(id) ?? new Map<string, KeptList>();
    this.#lists.set(id, lists);
    const kept = lists.get(digestOf(list)) ?? { list, files: new Set() };
    lists.set(digestOf(list), kept);
    return kept;
  }

  async #makeRoom(id: string): Promise<void> {
    const kept = this.of(id).toSorted((a, b) => a.thisUpdate.getTime() - b.thisUpdate.getTime());
    for (const list of kept.slice(0, -MAX_LISTS_PER_AUTHORITY)) await this.remove(id, list);
  }
}

function digestOf(list: RevocationList): string {
  return Buffer.from(hash(list.pack(), 32)).toString("hex");
}

async function readList(file: string): Promise<RevocationList | undefined> {
  const bytes = await readBoundedFile(file, MAX_REVOCATION_LIST_BYTES);
  try {
    return bytes && RevocationList.from(bytes);
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { tryParseKeyId } from "../identity/own-identity.ts";
import { configFolder } from "./own-device.ts";

/** Devices by the names that this user has given them. */
export class KnownDevices {
  readonly #ids: ReadonlyMap<string, string>;

  constructor(ids: ReadonlyMap<string, string>) {
    this.#ids = ids;
  }

  /** From `devices` in this user's configuration: a name and an id a line, `#` begins a comment. */
  static async open(file = join(configFolder(), "devices")): Promise<KnownDevices> {
    return KnownDevices.parse(await readFile(file, "utf8").catch(() => "")); // most have none
  }

  static parse(text: string): KnownDevices {
    const ids = new Map<string, string>();
    for (const line of text.split("\n")) {
      const [name, id] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (name && id && tryParseKeyId(id) !== undefined) ids.set(name, id);
    }
    return new KnownDevices(ids);
  }

  /** The id that a text is, or names; undefined for neither. */
  idOf(text: string): string | undefined {
    return tryParseKeyId(text) === undefined ? this.#ids.get(text) : text;
  }
}

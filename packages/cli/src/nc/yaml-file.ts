// Source: DHTNet's tools, options of dnc.
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import type { ServiceAddress } from "./service-address.ts";

/** What a configuration file of `dnc` may say; other keys are passed over. */
export interface DncFile {
  readonly bootstrap?: string;
  readonly privateKey?: string;
  readonly certificate?: string;
  readonly turn_host?: string;
  readonly turn_user?: string;
  readonly turn_pass?: string;
  readonly turn_realm?: string;
  readonly ip?: string;
  readonly port?: number;
  readonly anonymous?: boolean;
  readonly verbose?: boolean;
  readonly enable_upnp?: boolean;
  readonly authorized_services?: readonly ServiceAddress[];
}

const KINDS = {
  bootstrap: "string",
  privateKey: "string",
  certificate: "string",
  turn_host: "string",
  turn_user: "string",
  turn_pass: "string",
  turn_realm: "string",
  ip: "string",
  port: "number",
  anonymous: "boolean",
  verbose: "boolean",
  enable_upnp: "boolean",
} as const satisfies Record<Exclude<keyof DncFile, "authorized_services">, "string" | "number" | "boolean">;

/** Longest file that is read. */
const MAX_FILE_BYTES = 65_536;

/** @throws CommandError for a file that can't be read, is no YAML, or gives a key something else than it takes */
export async function readDncFile(path: string): Promise<DncFile> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unusable(`the configuration file ${path} can't be read`, cause);
  });
  if (text.length > MAX_FILE_BYTES) throw unusable(`the configuration file ${path} is too long`);
  try {
    return checked(parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unusable(`the configuration file ${path} can't be understood: ${reason}`, cause);
  }
}

function checked(content: unknown): DncFile {
  if (content === null || content === undefined) return {};
  if (typeof content !== "object" || Array.isArray(content)) throw new TypeError("it is no map of settings");
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(content)) {
    if (value === null) continue;
    if (key === "authorized_services") settings[key] = services(value);
    else if (isKey(key)) {
      if (typeof value !== KINDS[key]) throw new TypeError(`${key} must be a ${KINDS[key]}`);
      settings[key] = value;
    }
  }
  return settings; // every key was held against its kind
}

function isKey(key: string): key is keyof typeof KINDS {
  return key in KINDS;
}

function services(value: unknown): ServiceAddress[] {
  if (!Array.isArray(value)) throw new TypeError("authorized_services must be a list of ip and port");
  return value.map((entry: unknown) => {
    const { ip, port } = fieldsOf(entry);
    const number = Number(port);
    if (typeof ip !== "string" || ip === "" || !Number.isInteger(number) || number < 1 || number > 65_535) {
      throw new TypeError("each of authorized_services needs an ip, and a port of 1 to 65535");
    }
    return { host: ip, port: number };
  });
}

function fieldsOf(entry: unknown): Readonly<Record<string, unknown>> {
  return typeof entry === "object" && entry !== null ? { ...entry } : {};
}

function unusable(message: string, cause?: unknown): CommandError {
  return new CommandError({
    status: ExitStatus.couldNotStart,
    code: "ERR_CONFIGURATION",
    message,
    hint: "`dhtnet-crtmgr --interactive` writes one that works.",
    cause,
  });
}

import { access, appendFile, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Identity } from "@hashmere/crypto";
import { PUBLIC_MODE, saveFile } from "../cert/files.ts";
import type { CommandContext } from "../command-context.ts";
import { openSavedIdentity } from "../identity/open-identity.ts";
import type { PasswordOptions } from "../identity/password.ts";
import { Dialogue } from "./dialogue.ts";
import { type GenerateOptions, generatePair, SERVER_CA, SERVER_IDENTITY, setUpServer } from "./generate.ts";
import { clientConfig, serverConfig, sshStanza } from "./tool-config.ts";

/** Where a server keeps its identity. */
const SERVER_FOLDER = "/etc/dhtnet";

/** Makes identity and settings of a server or a client, asking for what is needed. */
export async function setUpInteractively(
  options: GenerateOptions & PasswordOptions,
  context: CommandContext,
): Promise<void> {
  const dialogue = new Dialogue(context);
  try {
    const role = await dialogue.choice(
      "Generate identity for server or client? [(C)lient/(s)erver]",
      ["client", "server"],
      "client",
    );
    if (role === "server") await askServer(dialogue, options);
    else await askClient(dialogue, options, context);
  } finally {
    dialogue.close();
  }
}

async function askServer(dialogue: Dialogue, options: GenerateOptions): Promise<void> {
  const folder = await askFolder(dialogue, SERVER_FOLDER);
  const identity = join(folder, "id", SERVER_IDENTITY);
  const config = serverConfig(`${identity}.crt`, `${identity}.pem`);
  await writeConfig(dialogue, join(folder, "dnc.yaml"), config, options);
  const overwrite = await mayReplace(dialogue, [join(folder, "CA", SERVER_CA), identity], options);
  if (overwrite === "keep") return;
  await setUpServer(folder, { ...options, overwrite });
}

async function askClient(
  dialogue: Dialogue,
  options: GenerateOptions & PasswordOptions,
  context: CommandContext,
): Promise<void> {
  const serverCa = join(SERVER_FOLDER, "CA", SERVER_CA);
  const hasServerCa = await exists(`${serverCa}.pem`);
  const usesServerCa = await dialogue.confirm("Sign client certificate using server CA?", hasServerCa);
  const serverIssuer = usesServerCa ? await openSavedIdentity(serverCa, options, context) : undefined;
  const folder = await askFolder(dialogue, join(homedir(), ".dnc"));
  const identity = join(folder, "certificate");
  const overwrite = await mayReplace(dialogue, usesServerCa ? [identity] : [join(folder, "ca"), identity], options);
  if (overwrite !== "keep") await generateClient(folder, serverIssuer, { ...options, overwrite });
  const config = join(folder, "config.yml");
  await writeConfig(dialogue, config, clientConfig(`${identity}.crt`, `${identity}.pem`), options);
  if (await dialogue.confirm("Configure SSH to support dnc protocol?", true)) await configureSsh(config, options);
}

async function generateClient(folder: string, serverIssuer: Identity | undefined, options: GenerateOptions) {
  const issuer = serverIssuer ?? (await generatePair({ folder, name: "ca" }, options));
  await generatePair({ folder, name: "certificate", issuer }, options);
}

async function askFolder(dialogue: Dialogue, fallback: string): Promise<string> {
  return resolve(await dialogue.text(`Enter the path to save identities and config ["${fallback}"]: `, fallback));
}

/** Whether keys may be written, and if need be over others; "keep" when those that are there shall stay. */
async function mayReplace(dialogue: Dialogue, prefixes: readonly string[], { overwrite }: GenerateOptions) {
  if (overwrite) return true;
  for (const prefix of prefixes) {
    if (!(await exists(`${prefix}.pem`))) continue;
    const question = `"${prefix}.pem" exists. Replace it? The identity gets another id, and the old key is lost.`;
    return (await dialogue.confirm(question, false)) ? true : "keep";
  }
  return false;
}

async function writeConfig(dialogue: Dialogue, file: string, text: string, { overwrite, print }: GenerateOptions) {
  const isThere = await exists(file);
  if (isThere && !overwrite) {
    const question = `Configuration file already exists in "${file}". Overwrite it?`;
    if (!(await dialogue.confirm(question, false))) return;
  }
  await mkdir(dirname(file), { recursive: true });
  await saveFile(file, text, { mode: PUBLIC_MODE, overwrite: isThere });
  print(`Generated configuration in "${file}"`);
}

async function configureSsh(configFile: string, { print }: GenerateOptions): Promise<void> {
  const file = join(homedir(), ".ssh", "config");
  const known = await readFile(file, "utf8").catch(() => ""); // none yet
  if (/Host dnc/.test(known)) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, sshStanza(configFile), { mode: 0o600 });
  print(`Configured SSH in "${file}"`);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

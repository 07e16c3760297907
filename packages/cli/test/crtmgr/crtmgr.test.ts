import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadIdentity, TrustList } from "@hashmere/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start } from "../support/cli.ts";

// Keys have 4096 bits here, as the original's: they take seconds.
const PATIENCE_MS = 120_000;

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "hashmere-"));
});

afterAll(() => rm(home, { recursive: true }));

function at(...names: string[]): string {
  return join(home, ...names);
}

async function crtmgr(args: readonly string[], input = "") {
  await using running = start("dhtnet-crtmgr", args, { HOME: home });
  return await running.end(input);
}

async function isPrivate(file: string): Promise<boolean> {
  return ((await stat(file)).mode & 0o777) === 0o600;
}

test("makes an authority, then a certificate that it signs, and tells ids", { timeout: PATIENCE_MS }, async () => {
  const made = await crtmgr(["-o", at("plain")]);
  expect(made).toMatchObject({ status: 0, stderr: "" });
  const ca = await loadIdentity(at("plain", "ca"));
  const caId = Buffer.from(ca.certificate.shortId()).toString("hex");
  expect(made.stdout).toBe(`Generated CA in "${at("plain")}": ca ${caId}\n`);
  const signer = ["-c", at("plain", "ca.crt"), "-p", at("plain", "ca.pem")];
  const signed = await crtmgr(["--output", at("plain"), "--name", "laptop", ...signer]);
  const { certificate } = await loadIdentity(at("plain", "laptop"));
  const id = Buffer.from(certificate.shortId()).toString("hex");
  expect(signed.stdout).toBe(`Generated certificate in "${at("plain")}": laptop ${id}\n`);
  expect(`${certificate.subject}`).toBe(`CN=laptop, UID=${id}`);
  const trust = new TrustList();
  trust.add(ca.certificate);
  expect(trust.verify(certificate).isValid).toBe(true);
  expect(await isPrivate(at("plain", "laptop.pem"))).toBe(true);
  const told = await crtmgr(["-a", "-c", at("plain", "laptop.crt"), "-p", at("plain", "laptop.pem")]);
  expect(told.stdout).toBe(`Public key id: ${id}\nDevice id: ${Buffer.from(certificate.longId()).toString("hex")}\n`);
  const again = await crtmgr(["-o", at("plain")]);
  expect(again).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(/ca\.pem exists/) });
});

describe("the dialogue", () => {
  test("sets a server up, and keeps what is there the second time", { timeout: PATIENCE_MS }, async () => {
    const first = await crtmgr(["--interactive"], `maybe\nS\n${at("server")}\n`);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout.match(/Generate identity for server or client\?/g)).toHaveLength(2);
    const config = await readFile(at("server", "dnc.yaml"), "utf8");
    expect(config).toContain(`privateKey: "${at("server", "id", "id-server.pem")}"\n`);
    expect(config).toMatch(/anonymous: true\nauthorized_services:\n {2}- ip: "127\.0\.0\.1"\n {4}port: 22\n$/);
    const { certificate } = await loadIdentity(at("server", "id", "id-server"));
    expect(certificate.issuer?.subject.commonName).toBe("ca-server");
    const second = await crtmgr(["-i"], `server\n${at("server")}\n`);
    expect(second).toMatchObject({ status: 0, stderr: "" });
    expect(second.stdout).toMatch(/already exists.*Replace it\?/s);
    expect((await loadIdentity(at("server", "id", "id-server"))).certificate.equals(certificate)).toBe(true);
  });

  test("sets a client up in the home directory where every default is taken", { timeout: PATIENCE_MS }, async () => {
    const { status, stdout } = await crtmgr(["-i"], "c\nn\n");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /Generated CA in .*: ca [0-9a-f]{40}\nGenerated certificate in .*: certificate [0-9a-f]{40}\n/,
    );
    await loadIdentity(at(".dnc", "certificate"));
    expect(await readFile(at(".dnc", "config.yml"), "utf8")).toMatch(/ip: "127\.0\.0\.1"\nport: 22\n$/);
    const ssh = `\nHost dnc/*\n    ProxyCommand dnc -d ${at(".dnc", "config.yml")} $(basename %h)\n`;
    expect(await readFile(at(".ssh", "config"), "utf8")).toBe(ssh);
  });
});

test.each([
  [[], /path to save the generated certificate is not provided/],
  [["-a"], /not both provided/],
  [["-o", ".", "-c", "ca.crt"], /not both provided/],
  [["--zork"], /unknown option/],
])("%j is wrong use", async (args, message) => {
  const { status, stderr } = await crtmgr(args);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
});

test("-h and -v answer", async () => {
  expect(await crtmgr(["-v"])).toMatchObject({ status: 0, stdout: expect.stringMatching(/dhtnet-crtmgr/) });
  expect(await crtmgr(["--hel"])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: /) });
});

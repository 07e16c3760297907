import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { loadIdentity } from "@hashmere/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { qrCode } from "../../src/cert/qr-code.ts";
import { main } from "../../src/main.ts";
import { hashmere } from "../support/cli.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hashmere-"));
  await cert("new", "Home", "-o", at("home"), "--bits", "2048");
  await cert("new", "laptop", "-o", at("laptop"), "--bits", "2048", "--issuer", at("home"));
}, 60_000);

afterAll(() => rm(directory, { recursive: true }));

function at(name: string): string {
  return join(directory, name);
}

async function cert(...args: string[]) {
  const { status, stdout, stderr } = await hashmere(["cert", ...args, "--json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function mode(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

/** What a command prints on a terminal. */
async function onTerminal(...args: string[]): Promise<string> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = Object.assign(new PassThrough(), { isTTY: true });
  expect(await main(args, { stdin, stdout, stderr: new PassThrough() })).toBe(0);
  return text(stdout.end());
}

describe("cert new", () => {
  test("shows the long id as a QR code on a terminal, and nowhere else", async () => {
    const shown = await onTerminal("cert", "new", "x", "-o", at("shown"), "--ec");
    const { certificate } = await loadIdentity(at("shown"));
    const longId = Buffer.from(certificate.longId()).toString("hex");
    expect(shown).toContain(`longId       ${longId}\n\n${qrCode(longId)}\n`);
    const json = await onTerminal("cert", "new", "x", "-o", at("shown"), "--ec", "--force", "--json");
    expect(json.trim()).toMatch(/^\{.*\}$/);
    const { stdout } = await hashmere(["cert", "new", "x", "-o", at("shown"), "--ec", "--force"]);
    expect(stdout).not.toContain("\u001b");
  });

  test("makes an authority, or a certificate signed by one, in files that identities are loaded from", async () => {
    const { certificate } = await loadIdentity(at("laptop"));
    expect(certificate.chain().map(({ subject, isCa }) => [subject.commonName, isCa])).toEqual([
      ["laptop", false],
      ["Home", true],
    ]);
    expect([await mode(at("laptop.pem")), await mode(at("laptop.crt"))]).toEqual([0o600, 0o644]);
  });

  test("overwrites nothing unless it is told to", async () => {
    const before = await readFile(at("laptop.pem"), "utf8");
    const refused = await hashmere(["cert", "new", "x", "-o", at("laptop")]);
    expect(refused).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(/laptop\.pem exists/) });
    expect(await readFile(at("laptop.pem"), "utf8")).toBe(before);
    await cert("new", "x", "-o", at("again"), "--ec");
    const first = await readFile(at("again.pem"), "utf8");
    await cert("new", "x", "-o", at("again"), "--ec", "--force");
    expect(await readFile(at("again.pem"), "utf8")).not.toBe(first);
    expect(await mode(at("again.pem"))).toBe(0o600);
  });

  test("refuses an issuer that is no authority, and numbers that make no sense", async () => {
    const child = await hashmere(["cert", "new", "x", "-o", at("x"), "--issuer", at("laptop"), "--ec"]);
    expect(child).toMatchObject({ status: 2, stderr: expect.stringMatching(/must be an authority/) });
    for (const options of [
      ["--bits", "512"],
      ["--days", "0"],
      ["--bits", "2048", "--ec"],
    ]) {
      expect((await hashmere(["cert", "new", "x", ...options])).status).toBe(1);
    }
  });
});

describe("cert inspect", () => {
  test("tells which file is no certificate, and what it holds instead", async () => {
    const { status, stderr } = await hashmere(["cert", "inspect", at("laptop.pem")]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `${at("laptop.pem")}: this is no certificate: the PEM text holds PRIVATE KEY\n`,
    });
  });

  test("prints both ids, names, dates, the key, and the verdict on the chain", async () => {
    const { certificate } = await loadIdentity(at("laptop"));
    const picture = await cert("inspect", at("laptop.crt"));
    const root = await cert("inspect", at("home.crt"));
    expect(picture).toEqual({
      id: Buffer.from(certificate.shortId()).toString("hex"),
      longId: Buffer.from(certificate.longId()).toString("hex"),
      subject: `CN=laptop, UID=${picture.id}`,
      issuer: root.subject,
      serial: Buffer.from(certificate.serialNumber).toString("hex"),
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
      keyType: "rsa",
      keyBits: 2048,
      isCa: false,
      issuers: [{ id: root.id, longId: root.longId, subject: root.subject }],
      verdict: { valid: true, code: 0, problems: [] },
    });
    expect(root).toMatchObject({ isCa: true, issuers: [], verdict: { valid: true } });
    const { stdout } = await hashmere(["cert", "inspect", at("laptop.crt")]);
    expect(stdout).toMatch(/^id +[0-9a-f]{40}\nlong id +[0-9a-f]{64}\n.*\nverdict +the certificate is trusted\n$/s);
  });

  test("judges under another authority where one is named", async () => {
    await cert("new", "stranger", "-o", at("stranger"), "--ec");
    const strange = await cert("inspect", at("laptop.crt"), "--trust", at("stranger.crt"));
    expect(strange.verdict).toEqual({ valid: false, code: 66, problems: ["issuer-unknown"] });
    const known = await cert("inspect", at("laptop.crt"), "--trust", at("home.crt"));
    expect(known.verdict.valid).toBe(true);
  });

  test("says what is no certificate, and what is no file", async () => {
    const key = await hashmere(["cert", "inspect", at("laptop.pem"), "--json"]);
    expect(key.status).toBe(2);
    expect(JSON.parse(key.stdout)).toMatchObject({ error: { code: "ERR_CERTIFICATE_MALFORMED" } });
    const none = await hashmere(["cert", "inspect", at("none")]);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringMatching(/none can't be read/) });
  });
});

describe("cert request and sign", () => {
  test("make a certificate for a key that never leaves its owner", async () => {
    await cert("request", "phone", "-o", at("phone"), "--bits", "2048", "--privkey-password", "sesame");
    expect(await mode(at("phone.pem"))).toBe(0o600);
    const signed = await cert("sign", at("phone.csr"), "--issuer", at("home"), "--days", "30");
    expect(signed.certificate).toBe(at("phone.crt"));
    const { certificate } = await loadIdentity(at("phone"), { password: "sesame" });
    expect(certificate.notAfter.getTime() - certificate.notBefore.getTime()).toBe(30 * 86_400_000);
    expect((await cert("inspect", at("phone.crt"))).verdict.valid).toBe(true);
    const again = await hashmere(["cert", "sign", at("phone.csr"), "--issuer", at("home")]);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringMatching(/phone\.crt exists/) });
  });

  test("a request can be for a key that is there already", async () => {
    const { key } = await loadIdentity(at("laptop"));
    const made = await cert("request", "renewed", "-o", at("renewed"), "--key", at("laptop.pem"));
    expect(made).toMatchObject({
      id: Buffer.from(key.publicKey.shortId()).toString("hex"),
      key: at("laptop.pem"),
      request: at("renewed.csr"),
    });
    await expect(stat(at("renewed.pem"))).rejects.toThrow();
  });
});

describe("cert revoke", () => {
  test("adds to the issuer's list, and a chain judged with it does not hold", async () => {
    await cert("new", "lost", "-o", at("lost"), "--issuer", at("home"), "--ec");
    await cert("new", "stolen", "-o", at("stolen"), "--issuer", at("home"), "--ec");
    await cert("revoke", at("lost.crt"), "--issuer", at("home"));
    const { crl, revoked } = await cert("revoke", at("stolen.crt"), "--issuer", at("home"));
    expect([crl, revoked]).toEqual([at("home.crl"), 2]);
    const judged = ["lost", "stolen", "laptop"].map((name) => cert("inspect", at(`${name}.crt`), "--crl", crl));
    expect((await Promise.all(judged)).map(({ verdict }) => verdict.problems)).toEqual([["revoked"], ["revoked"], []]);
  });

  test("is for the issuer alone, and a list of another is no use", async () => {
    await cert("new", "other", "-o", at("other"), "--ec");
    const other = await hashmere(["cert", "revoke", at("laptop.crt"), "--issuer", at("other")]);
    expect(other).toMatchObject({ status: 2, stderr: expect.stringMatching(/not signed the certificate/) });
    await cert("new", "child", "-o", at("child"), "--issuer", at("other"), "--ec");
    await cert("revoke", at("child.crt"), "--issuer", at("other"));
    const judged = await hashmere(["cert", "inspect", at("laptop.crt"), "--crl", at("other.crl")]);
    expect(judged).toMatchObject({ status: 2, stderr: expect.stringMatching(/signed by no authority/) });
  });
});

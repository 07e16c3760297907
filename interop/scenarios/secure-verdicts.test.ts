import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Certificate, CryptoError, RevocationList, TrustList } from "@hashmere/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { familyFiles, makeApart, makeOurs, makeSharing } from "../peers/certificate-families.ts";
import { Judge, type TrustAnswer, type TrustQuestion } from "../peers/judge.ts";

// Chains and revocation lists, made by us and by the real library: both judge them alike.

/** The valid ones first. */
const LETTERS = ["R", "r", "A", "a", "D", "d"];
const WAYS_TO_TRUST = Array.from({ length: 2 ** LETTERS.length }, (_, mask) =>
  LETTERS.filter((_, index) => mask & (1 << index)).join(""),
);
const CHAINS = ["D", "DA", "DAR", "DAr", "Da", "DaR", "Dar", "d", "dAR", "A", "AR", "Ar", "aR", "R", "r"];

/** Of ours about parts, by who is trusted and the chain. */
const usualAnswers = new Map<string, TrustAnswer>();

let judge: Judge;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-"));
  judge = new Judge();
  await makeApart(folder, "their-", () => judge.make(folder));
  await makeApart(folder, "our-", () => makeOurs(folder));
  for (const trusted of WAYS_TO_TRUST) {
    for (const chain of CHAINS)
      usualAnswers.set(`${trusted} ${chain}`, await ourAnswer(askParts("part", trusted, chain)));
  }
});

afterAll(async () => {
  await judge[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("of certificates that we made, both say", () => {
  test.each<[string, string, string[], string, TrustAnswer]>([
    ["a device under its root is trusted", "our-root", [], "our-device", 0],
    ["an RSA node under an elliptic curve authority is trusted", "our-curve", [], "our-node", 0],
    ["a certificate that is trusted itself is trusted", "our-alone", [], "our-alone", 0],
    ["a device whose authority took nothing back is trusted", "our-root", ["our-account"], "our-device", 0],
    ["a device that its account took back is revoked", "our-account", ["our-account"], "our-revoked", 34],
    ["an account that the root took back is revoked, with its devices", "our-root", ["our-root"], "our-lost", 34],
    ["a list of an authority that is not trusted counts for nothing", "our-curve", ["our-account"], "our-revoked", 66],
    [
      "a list that leaves out what the one before took back counts",
      "our-account",
      ["our-account", "odd-new"],
      "our-revoked",
      0,
    ],
    ["… in whatever order the lists come", "our-account", ["odd-new", "our-account"], "our-revoked", 0],
    ["a list from the future counts for nothing", "our-account", ["odd-future"], "our-revoked", 0],
    ["… and hides no other", "our-account", ["odd-future", "our-account"], "our-revoked", 34],
    ["a device is expired", "our-root", [], "our-expired", 1026],
    ["a device is not valid yet", "our-root", [], "our-early", 514],
    ["a device under an expired account is expired", "our-root", [], "our-orphan", 1026],
    ["the issuer of a device is unknown", "our-curve", [], "our-device", 66],
    ["the issuer of a self-signed certificate is unknown", "our-root", [], "our-alone", 66],
    ["without what is between it and the root, the issuer is unknown", "our-root", [], "our-device-alone", 66],
    ["without the root, an account is not enough", "our-curve", [], "our-device-rootless", 66],
    ["without the root in its chain, a device is trusted under it", "our-root", [], "our-device-rootless", 0],
    ["the issuer of a device's child is no authority", "our-root", [], "odd-child", 65_666],
    ["a signature is wrong", "our-root", [], "our-forged", 2050],
    ["a key of 1024 bits is too weak", "our-root", [], "our-weak", 258],
    ["a chain the wrong way round is none", "our-root", [], "our-reversed", "unreadable"],
    ["a chain with a gap is none", "our-root", [], "our-gap", "unreadable"],
    ["a chain with a stranger at its end is none", "our-root", [], "our-stranger", "unreadable"],
  ])("%s", async (_, anchor, lists, subject, code) => {
    const question = ask([anchor], [subject], lists);
    expect([await ourAnswer(question), await judge.verify(question)]).toEqual([code, code]);
  });
});

describe("whatever is trusted, the verdicts are the same", () => {
  test.each(["our-", "their-"])("of a chain, about %s… certificates", async (family) => {
    const certificates = await familyFiles(folder, family, ".crt");
    expect(certificates.length).toBeGreaterThan(5);
    for (const lists of [[], await familyFiles(folder, family, ".crl")]) {
      for (const anchor of certificates) {
        for (const subject of certificates) await expectAgreement(ask([anchor], [subject], lists));
      }
    }
  });

  test("of certificates one by one, some of them renewals of others, about any chain", async () => {
    await expectAnswers((trusted, chain) => askParts("part", trusted, chain));
  });

  test("and with revocation lists, ours is the stricter one: what is taken back stays so, also of a trusted authority, also by an old list", async () => {
    for (const trusted of WAYS_TO_TRUST) {
      for (const chain of ["D", "DA", "DAR", "Da", "A", "AR"]) {
        for (const list of ["part-A", "part-D", "part-old"]) {
          const question = askParts("part", trusted, chain, [list]);
          const [ours, theirs] = [await ourAnswer(question), await judge.verify(question)];
          expect(
            ours === theirs || (ours === 34 && theirs === 0),
            `${ours} ${theirs} ${JSON.stringify(question)}`,
          ).toBe(true);
        }
      }
    }
  });
});

// Verdicts of the library that hang on chance, where ours don't.
describe("ours stays the same, while the library", () => {
  test("takes of an account and its renewal the one that was trusted first, if the chain holds either", async () => {
    await expectAnswers(
      (trusted, chain) => askParts("part", [...trusted].reverse().join(""), chain),
      (trusted, chain) =>
        /Aa/.test(trusted) && /^D[Aa]/.test(chain)
          ? usualAnswers.get(`${trusted.replace("A", "")} ${chain}`)
          : undefined,
    );
  });

  test.each(["Account", "Root"])(
    "judges a trusted device by itself, whatever its chain, if its name shares a place with that of its %s",
    async (above) => {
      const family = await makeSharing(folder, "Device", above);
      const alone: Readonly<Record<string, TrustAnswer>> = { D: 0, d: 1026 };
      await expectAnswers(
        (trusted, chain) => askParts(family, trusted, chain),
        (trusted, [subject = ""]) => (trusted.includes(subject) ? alone[subject] : undefined),
      );
    },
  );

  test("takes an account's trusted renewal for the account in a chain, if its name shares a place with its root's", async () => {
    const family = await makeSharing(folder, "Account", "Root");
    await expectAnswers(
      (trusted, chain) => askParts(family, trusted, chain),
      (trusted, chain) => (/^DA/.test(chain) && /a/.test(trusted) && !/A/.test(trusted) ? 1026 : undefined),
    );
  });
});

/**
 * Asks about a root, an account and a device (R, A, D) and their expired renewals (r, a, d), however trusted and in any
 * chain, and expects what we say of them in this order and under names that share no place: always from us, and from the
 * library unless it has a verdict of its own.
 */
async function expectAnswers(
  question: (trusted: string, chain: string) => TrustQuestion,
  itsOwn: (trusted: string, chain: string) => TrustAnswer | undefined = () => undefined,
): Promise<void> {
  for (const [key, usual] of usualAnswers) {
    const [trusted = "", chain = ""] = key.split(" ");
    const asked = question(trusted, chain);
    const answers = [await ourAnswer(asked), await judge.verify(asked)];
    expect(answers, key).toEqual([usual, itsOwn(trusted, chain) ?? usual]);
  }
}

async function expectAgreement(question: TrustQuestion): Promise<void> {
  expect(await ourAnswer(question), JSON.stringify(question)).toBe(await judge.verify(question));
}

/** About the parts of a family, by their letters. */
function askParts(family: string, trusted: string, chain: string, lists: readonly string[] = []): TrustQuestion {
  const parts = (letters: string) => Array.from(letters, (letter) => `${family}-${letter}`);
  return ask(parts(trusted), parts(chain), lists);
}

function ask(anchors: readonly string[], chain: readonly string[], lists: readonly string[]): TrustQuestion {
  const certificates = (names: readonly string[]) => names.map((name) => join(folder, `${name}.crt`));
  return {
    anchors: certificates(anchors),
    chain: certificates(chain),
    lists: lists.map((name) => join(folder, `${name}.crl`)),
  };
}

async function ourAnswer({ anchors, chain, lists }: TrustQuestion): Promise<TrustAnswer> {
  const [trusted, revoked, links] = await Promise.all([anchors, lists, chain].map(readAll));
  const trust = new TrustList();
  try {
    for (const blob of trusted ?? []) trust.add(Certificate.from(blob));
    for (const blob of revoked ?? []) trust.add(RevocationList.from(blob));
    const [only, ...others] = links ?? [];
    return trust.verify(only && others.length === 0 ? Certificate.from(only) : Certificate.fromBlobs(links ?? [])).code;
  } catch (error) {
    if (error instanceof CryptoError) return "unreadable";
    throw error;
  }
}

function readAll(files: readonly string[]): Promise<Buffer[]> {
  return Promise.all(files.map((file) => readFile(file)));
}

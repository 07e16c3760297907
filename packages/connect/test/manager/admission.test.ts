// Whose certificate counts as a device's, whoever is allowed.
import {
  Certificate,
  generateCertificate,
  generateEcIdentity,
  generateIdentity,
  type Identity,
  PrivateKey,
} from "@hashmere/crypto";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { ConnectionManager } from "../../src/index.ts";
import { stranger } from "../support/strangers.ts";
import { VirtualWorld } from "../support/virtual-world.ts";

const DAY_S = 86_400;

let key: PrivateKey;
let root: Identity;
let world: VirtualWorld;
let bob: ConnectionManager;
let refused: string[];

beforeAll(async () => {
  key = await PrivateKey.generate(2048);
  root = await generateIdentity("root", { bits: 2048 });
});

beforeEach(async () => {
  world = new VirtualWorld();
  refused = [];
  bob = await world.open("bob", { allow: () => true });
  bob.addEventListener("refused", ({ reason }) => refused.push(reason));
});

/** What comes of the request of somebody with that certificate: how many attempts there are, and what was said. */
async function ask(certificate: Certificate) {
  const before = world.box.sent.length;
  stranger(world, { key, certificate })(1n);
  await world.time.run(7000);
  const [, ...answers] = world.box.sent.slice(before).filter(({ userType }) => userType === "peer_request");
  return { attempts: bob.getConnectionList().length, reasons: refused, answers: answers.length };
}

const letIn = { attempts: 1, reasons: [] };
const passedOver = (reason: unknown) => ({ attempts: 0, reasons: [reason], answers: 0 });

test("an authority and the device are enough", async () => {
  expect(await ask(await generateCertificate(key, { issuer: root }))).toMatchObject(letIn);
});

test("authorities may have elliptic curve keys", async () => {
  const issuer = await generateEcIdentity("curve");
  expect(await ask(await generateCertificate(key, { issuer, isCa: false }))).toMatchObject(letIn);
});

test("who vouches for himself is passed over in silence", async () => {
  expect(await ask(await generateCertificate(key))).toEqual(passedOver("the device vouches for itself"));
});

test("so is who does not say who vouches for him", async () => {
  const { der } = await generateCertificate(key, { issuer: root });
  expect(await ask(Certificate.from(der))).toEqual(passedOver("the device vouches for itself"));
});

test("so is a certificate whose time is over", async () => {
  const expired = { validity: DAY_S, now: new Date(Date.now() - 3 * DAY_S * 1000) };
  expect(await ask(await generateCertificate(key, { issuer: root, ...expired }))).toEqual(
    passedOver(expect.stringMatching(/./)),
  );
});

test("so is one that another has signed than the one it names", async () => {
  const impostor = await generateIdentity("root", { bits: 2048 });
  const { der } = await generateCertificate(key, { issuer: impostor });
  const mixed = Certificate.fromBlobs([der, root.certificate.der]);
  expect(await ask(mixed)).toEqual({ attempts: 0, reasons: [], answers: 0 }); // it isn't even read
});

test("so is one that a device has signed, which is no authority", async () => {
  const other = await PrivateKey.generate(2048);
  const device = await generateCertificate(other, { issuer: root });
  const pretender = { key: other, certificate: await generateCertificate(other, { isCa: true }) };
  const { der } = await generateCertificate(key, { issuer: pretender, isCa: false });
  const chain = Certificate.fromBlobs([der, device.der, root.certificate.der]);
  expect(await ask(chain)).toEqual(passedOver(expect.stringMatching(/./)));
});

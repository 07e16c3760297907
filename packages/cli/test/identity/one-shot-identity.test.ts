import { DhtRunner } from "@hashmere/dht";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashmere, start } from "../support/cli.ts";
import { NETWORK, startPeer } from "../support/network.ts";
import { PASSWORD, startPeople } from "../support/people.ts";

let people: Awaited<ReturnType<typeof startPeople<"alice" | "bob">>>;
let peer: Awaited<ReturnType<typeof startPeer>>;
let bob: DhtRunner;

beforeAll(async () => {
  people = await startPeople("alice", "bob");
  peer = await startPeer();
  const { identity } = people.bob;
  bob = await DhtRunner.run({
    bind4: "127.0.0.1",
    bind6: null,
    network: NETWORK,
    identity,
    bootstrap: `${peer.node.getBound()}`,
  });
  const announced = Promise.withResolvers<void>();
  bob.addEventListener("identityannounced", () => announced.resolve());
  await announced.promise;
});

afterAll(async () => {
  await bob.join();
  await peer[Symbol.asyncDispose]();
  await people[Symbol.asyncDispose]();
});

test("put --sign signs", async () => {
  const put = await hashmere(["put", "signed", "mine", "--sign", "--identity", people.alice.prefix, ...peer.join]);
  expect(put.status).toBe(0);
  const value = await bob.getFirst("signed");
  expect([value?.text(), `${value?.ownerId}`]).toEqual(["mine", people.alice.id]);
});

test("put --encrypt-to takes ids of both generations; get and listen decrypt with --identity", async () => {
  const locked = ["-i", `${people.alice.prefix}-locked`, "--privkey-password", PASSWORD];
  for (const id of [people.bob.id, people.bob.longId]) {
    const put = await hashmere(["put", `to ${id}`, "psst", "--encrypt-to", id, ...locked, ...peer.join]);
    expect(put).toMatchObject({ status: 0, stdout: "" });
    expect((await hashmere(["get", `to ${id}`, ...peer.join])).stdout).toBe("");
    expect((await hashmere(["get", `to ${id}`, "-i", people.bob.prefix, ...peer.join])).stdout).toBe("psst");
  }
  await using listening = start("hashmere", [
    ...["listen", `to ${people.bob.id}`, "--count", "1", "-i", people.bob.prefix],
    ...peer.join,
  ]);
  expect((await listening.outcome()).stdout).toMatch(/^\+ Value\[id:.* signed \(v0\) decrypted data.*"psst"\]\n$/);
});

test("nobody with that key: status 4", async () => {
  const options = ["--encrypt-to", "12".repeat(32), "-i", people.alice.prefix, "--json"];
  const { status, stdout } = await hashmere(["put", "lost", "text", ...options, ...peer.join]);
  expect(status).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ERR_CERTIFICATE_NOT_FOUND" } });
});

test.each([
  [["--sign"], /no key to sign with/],
  [["-i", "x"], /nothing to do with it/],
  [["--sign", "--encrypt-to", "12".repeat(20), "-i", "x"], /cannot be used with/],
  [["--encrypt-to", "12", "-i", "x"], /40 or 64 hexadecimal digits/],
  [["--privkey-password", "a", "--privkey-password-file", "b"], /cannot be used with/],
])("put %j is wrong use", async (options, message) => {
  const { status, stderr } = await hashmere(["put", "key", "text", ...options]);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
});

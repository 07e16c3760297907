import { expect, test } from "vitest";
import { type Hash, InfoHash, PkId } from "../../../src/id/index.ts";
import { Reader, toHex, Writer } from "../../../src/msgpack/index.ts";
import { bytesOf, IDS } from "./load.ts";

/** What each vector was made from, as its note says. */
const MADE: Readonly<Record<string, () => Hash>> = {
  "infohash-get-hello": () => InfoHash.get("hello"),
  "pkid-get-hello": () => PkId.get("hello"),
  "infohash-short": () => InfoHash.tryFromHex("abcd"),
  "infohash-bad": () => InfoHash.tryFromHex("zz29a8c6ea7b5bb1e6ee2e1b1b3a3c3f6e6e6e6e"),
  "infohash-long": () => InfoHash.tryFromHex("9bceabf6ad2a605ea08c2978036f291387615d40ffff"),
  "infohash-upper": () => InfoHash.tryFromHex("9BCEABF6AD2A605EA08C2978036F291387615D40"),
};

test.each(IDS.filter(({ name }) => !name.includes("packed")))("$name", (vector) => {
  const make = MADE[vector.name.replace(/-[\d.]+$/, "")];
  expect(make?.().toString()).toBe(vector.hex);
});

test.each(IDS.filter(({ name }) => name.includes("packed")))("$name", (vector) => {
  const hash = InfoHash.get("hello");
  const writer = new Writer();
  writer.infoHash(hash);
  expect(toHex(writer.finish())).toBe(vector.hex);
  expect(new Reader(bytesOf(vector)).readInfoHash().equals(hash)).toBe(true);
});

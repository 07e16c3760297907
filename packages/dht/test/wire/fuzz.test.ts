import { expect, test } from "vitest";
import { SeededRandom } from "../../src/random/index.ts";
import { Value } from "../../src/value/index.ts";
import { decodeDiscovery, decodeNodes, decodeStateFile, decodeValues } from "../../src/wire/index.ts";
import { bytesOf, DATAGRAMS, DISCOVERY, EXPORTS, MALFORMED, VALUES } from "./captured/load.ts";
import { fuzzDecoder } from "./fuzz-decoder.ts";
import { Mutator } from "./mutator.ts";

const SEED = 20_260_101;

test("200 000 spoilt datagrams are understood or dropped, and nothing else", () => {
  const { decoded, malformed } = fuzzDecoder([...DATAGRAMS, ...MALFORMED].map(bytesOf), SEED, 200_000);
  // Both happen often, so the fuzzing reaches deep as well as it breaks much.
  expect(decoded).toBeGreaterThan(20_000);
  expect(malformed).toBeGreaterThan(20_000);
});

test("spoilt values, files and discovery packets are understood or refused", () => {
  const samples = [...VALUES, ...EXPORTS, ...DISCOVERY].map(bytesOf);
  const mutator = new Mutator(samples, new SeededRandom(SEED));
  for (let i = 0; i < 20_000; i++) {
    const bytes = mutator.next();
    decodeDiscovery(bytes);
    decodeNodes(bytes);
    decodeStateFile(bytes);
    decodeValues(bytes);
    try {
      expect(Value.fromPacked(bytes).toString()).toContain("Value[");
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_UNPACK" });
    }
  }
});

import { expect, test } from "vitest";
import {
  CRYPTO,
  DATAGRAMS,
  DISCOVERY,
  EXPORTS,
  IDS,
  MALFORMED,
  QUERIES,
  TYPES,
  VALUE_PARTS,
  VALUES,
  vectors,
} from "./load.ts";

test("every captured vector belongs to exactly one kind, and so to one test", () => {
  const kinds = [DATAGRAMS, DISCOVERY, MALFORMED, VALUES, VALUE_PARTS, QUERIES, TYPES, EXPORTS, IDS, CRYPTO];
  const counted = kinds.flat().map((vector) => vector.name);
  expect(counted.length).toBe(new Set(counted).size);
  expect(vectors.map((vector) => vector.name).filter((name) => !counted.includes(name))).toEqual([]);
  expect(vectors).toHaveLength(525);
});

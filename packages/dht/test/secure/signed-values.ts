import type { PrivateKey } from "@hashmere/crypto";
import { ValueSecurity } from "../../src/secure/index.ts";
import type { Value } from "../../src/value/index.ts";
import { SynchronousOperations } from "./synchronous-operations.ts";

/** The value signed with a key of the tests, at once. */
export function signedBy({ key }: { readonly key: PrivateKey }, value: Value): Value {
  const results: (Value | Error)[] = [];
  new ValueSecurity(key, new SynchronousOperations()).sign(value, (signed) => results.push(signed));
  return only(results);
}

/** The value signed with a key of the tests and encrypted for another, at once. */
export function encryptedBy(
  { key }: { readonly key: PrivateKey },
  to: { readonly key: PrivateKey },
  value: Value,
): Value {
  const results: (Value | Error)[] = [];
  new ValueSecurity(key, new SynchronousOperations()).encrypt(value, to.key.publicKey, (sealed) =>
    results.push(sealed),
  );
  return only(results);
}

/** The value with the first byte of its signature changed. */
export function withBadSignature(value: Value): Value {
  const signature = Uint8Array.from(value.signature ?? []);
  signature[0] = (signature[0] ?? 0) ^ 1;
  return value.with({ signature });
}

function only(results: readonly (Value | Error)[]): Value {
  const [result] = results;
  if (result === undefined) throw new Error("the operation should have ended at once");
  if (result instanceof Error) throw result;
  return result;
}

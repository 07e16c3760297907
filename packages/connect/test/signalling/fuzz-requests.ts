import { SeededRandom } from "../../../dht/src/random/index.ts";
import { Mutator } from "../../../dht/test/wire/mutator.ts";
import { decodeRequest, encodeRequest, MAX_ICE_MESSAGE_LENGTH } from "../../src/signalling/peer-connection-request.ts";
import { captured } from "../support/captured.ts";

/**
 * Reads spoilt requests and answers of real peers. Returns how many were read nevertheless.
 *
 * @throws when the reader does, or takes something for what it isn't; the message holds the seed and the bytes
 */
export function fuzzRequests(seed: number, count: number): number {
  const { request, answer } = captured.signalling;
  const refusal = { id: 7n, iceMessage: "", isAnswer: true, connectionType: "", isRefusal: true };
  const samples = [
    ...[...request, ...answer].map(({ data_hex }) => Buffer.from(data_hex, "hex")),
    encodeRequest(refusal),
  ];
  const messages = new Mutator(samples, new SeededRandom(seed));
  let read = 0;
  for (let done = 0; done < count; done++) {
    const bytes = messages.next();
    try {
      const message = decodeRequest(bytes);
      if (message === undefined) continue;
      read++;
      if (message.iceMessage.length > MAX_ICE_MESSAGE_LENGTH) throw new Error("it is too long");
      const again = encodeRequest(message);
      const known = decodeRequest(again);
      if (known === undefined || Buffer.compare(encodeRequest(known), again) !== 0)
        throw new Error("it doesn't mean the same twice");
    } catch (cause) {
      throw new Error(`seed ${seed}, message ${done}: ${Buffer.from(bytes).toString("hex")}`, { cause });
    }
  }
  return read;
}

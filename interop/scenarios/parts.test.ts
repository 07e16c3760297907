import { expect, test } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { LOOPBACK_4 } from "../peers/interop-peer.ts";
import { OURS, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";
import { type Passing, Relay } from "../probe/relay.ts";

// A value of 56 KiB comes in parts, and the first two of them change places on the way.

const LARGE = "z".repeat(57_344);

test.each([
  ["a real node asks ours: it asks again, and gets the value whole", "dhtnode", OURS, 2],
  ["the Python module asks ours: it asks again, and gets the value whole", "python", OURS, 2],
  ["ours asks a real node: it puts the parts in order by itself", OURS, "dhtnode", 1],
] as const)("%s", async (_, askingKind, holdingKind, leastTimesAsked) => {
  await using stage = new Stage();
  const holder = await stage.start(holdingKind);
  await holder.put("large", word(LARGE)); // it is alone: the value stays with it
  const port = await freePort();
  const relay = stage.use(await Relay.between(port, holder.port));
  const asker = await stage.start(askingKind, { port, bootstrap: { host: LOOPBACK_4, port: relay.port } });
  await expect.poll(() => asker.goodNodes(4)).toHaveLength(1);

  const swap = new SwapOnce();
  relay.forward = (passing) => (passing.to === port ? swap.pass(passing) : [passing]);
  expect(textsOf((await asker.get("large")).values)).toEqual([LARGE]);
  expect(swap.isDone).toBe(true);
  const answered = relay.passed.find(({ message }) => message.t === swap.tid && message.q === "get");
  const asked = relay.passed.filter(({ datagram }) => answered && Buffer.from(datagram).equals(answered.datagram));
  expect(asked.length).toBeGreaterThanOrEqual(leastTimesAsked);
});

/** Lets the second part of the first value overtake the first. */
class SwapOnce {
  /** Number of the question that is answered in parts. */
  tid: unknown;
  #first: Passing | undefined;
  #isDone = false;

  get isDone(): boolean {
    return this.#isDone;
  }

  pass(passing: Passing): readonly Passing[] {
    if (this.#isDone || passing.message.y !== "p") return [passing];
    if (this.#first === undefined) {
      this.#first = passing;
      this.tid = passing.message.t;
      return [];
    }
    this.#isDone = true;
    return [passing, this.#first];
  }
}

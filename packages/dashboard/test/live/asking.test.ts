import { describe, expect, it } from "vitest";
import { Asking } from "../../page/live/asking.ts";
import { type PageDht, RequestError, type ShownValue } from "../../page/live/page-dht.ts";

const VALUE: ShownValue = { id: "1", text: "hello" };

/** A network that holds values, or has a fault. */
function ask(dht: Partial<Pick<PageDht, "get" | "put">> = {}): { asking: Asking; shown: string[] } {
  const shown: string[] = [];
  const network: Pick<PageDht, "get" | "put"> = {
    async *get() {
      yield VALUE;
    },
    async put() {},
    ...dht,
  };
  const asking = new Asking(network, async (key) => void shown.push(key));
  asking.key.value = "room";
  return { asking, shown };
}

describe("asking the network", () => {
  it("shows the way, and tells what was found", async () => {
    const { asking, shown } = ask();
    await asking.lookUp();
    expect(shown).toEqual(["room"]);
    expect(asking.found.value).toEqual([VALUE]);
    expect(asking.outcome.value).toBe("Found 1 value.");
  });

  it("tells where nothing is", async () => {
    const { asking } = ask({ async *get() {} });
    await asking.lookUp();
    expect(asking.outcome.value).toBe("Nothing there.");
  });

  it("shows no more than people read, and says how many there are", async () => {
    const { asking } = ask({
      async *get() {
        for (let id = 0; id < 80; id++) yield { ...VALUE, id: `${id}` };
      },
    });
    await asking.lookUp();
    expect(asking.found.value).toHaveLength(50);
    expect(asking.found.value.at(-1)?.id).toBe("79");
    expect(asking.outcome.value).toBe("Found 80 values; shown are the 50 of them that came last.");
  });

  it("tells that a value was stored, or why not", async () => {
    const { asking } = ask();
    await asking.put();
    expect(asking.outcome.value).toBe("Stored under “room”, for ten minutes.");
    const refused = ask({ put: () => Promise.reject(new RequestError("nobody stored it")) }).asking;
    await refused.put();
    expect(refused.outcome.value).toBe("That did not work: nobody stored it.");
  });

  it("speaks of the last question alone", async () => {
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    let questions = 0;
    const { asking } = ask({
      async *get(_key, signal) {
        signal.addEventListener("abort", () => reject(signal.reason));
        yield questions++ === 0 ? await aborted : VALUE;
      },
    });
    const first = asking.lookUp();
    await Promise.resolve();
    await asking.lookUp();
    await first;
    expect(asking.outcome.value).toBe("Found 1 value.");
  });
});

import { describe, expect, test } from "vitest";
import { InfoHash, type NodeStatus, Value } from "../../src/index.ts";
import type {
  GetOptions,
  Listening,
  ListenOptions,
  NodeOperations,
  Operation,
  PutOperation,
  PutOptions,
  PutOutcome,
} from "../../src/node/index.ts";
import { NOT_ANNOUNCED } from "../../src/node/index.ts";
import { SwitchableNode } from "../../src/runner/proxy/switchable-node.ts";

const KEY = InfoHash.get("room");
const ANNOUNCED: PutOutcome = { ...NOT_ANNOUNCED, ok: true };

/** A node that does what it is told, when it is told. */
class ScriptedNode implements NodeOperations {
  readonly status4: NodeStatus = "connected";
  readonly status6: NodeStatus = "disconnected";
  readonly listens = new Set<ListenOptions>();
  readonly gets = new Set<GetOptions>();
  readonly announced = new Map<bigint, PutOptions>();
  /** What its listens have told and not taken back. */
  readonly told = new Map<bigint, Value>();

  get(_key: InfoHash, options: GetOptions): Operation {
    this.gets.add(options);
    return { cancel: () => void this.gets.delete(options) };
  }

  query(): Operation {
    throw new Error("nobody asks");
  }

  listen(_key: InfoHash, options: ListenOptions): Listening {
    this.listens.add(options);
    const { told } = this;
    return {
      get values() {
        return [...told.values()];
      },
      cancel: () => void this.listens.delete(options),
    };
  }

  put(key: InfoHash, { id }: Value, options: PutOptions = {}): PutOperation {
    this.announced.set(id, options);
    return { id, cancel: () => void this.cancelPut(key, id) };
  }

  cancelPut(_key: InfoHash, id: bigint): boolean {
    this.announced.get(id)?.onDone?.(NOT_ANNOUNCED);
    return this.announced.delete(id);
  }

  getPut(): Value[] {
    return [];
  }

  getLocalById(): Value | undefined {
    return undefined;
  }

  callUser<T>(callback: () => T): T {
    return callback();
  }

  hear(expired: boolean, ...ids: readonly bigint[]): void {
    const values = ids.map((id) => new Value({ id }));
    for (const value of values) {
      if (expired) this.told.delete(value.id);
      else this.told.set(value.id, value);
    }
    for (const { onValues } of [...this.listens]) onValues(values, expired);
  }

  find(ok: boolean, ...ids: readonly bigint[]): void {
    for (const options of [...this.gets]) {
      this.gets.delete(options);
      options.onValues(ids.map((id) => new Value({ id })));
      options.onDone({ ok, nodes: [] });
    }
  }
}

function setUp() {
  const [first, second] = [new ScriptedNode(), new ScriptedNode()];
  const node = new SwitchableNode(first);
  const events: string[] = [];
  const listen = (wants = (_: string) => true): Operation =>
    node.listen(KEY, {
      onValues: (values, expired) => {
        const news = values.map(({ id }) => `${expired ? "-" : "+"}${id}`);
        events.push(...news);
        return news.every(wants);
      },
    });
  return { first, second, node, events, listen };
}

describe("a listen that moves", () => {
  test("tells what is new, once, and what isn't found any more, when that is sure", () => {
    const { first, second, node, events, listen } = setUp();
    listen();
    first.hear(false, 1n, 2n);
    node.switchTo(second);
    expect(first.listens.size).toBe(0);
    second.hear(false, 2n, 3n);
    second.find(true, 2n, 3n);
    expect(events).toEqual(["+1", "+2", "+3", "-1"]);
    second.hear(true, 2n);
    expect(events.at(-1)).toBe("-2");
  });

  test("doesn't take a look that failed for proof that values are gone", () => {
    const { first, second, node, events, listen } = setUp();
    listen();
    first.hear(false, 1n);
    node.switchTo(second);
    second.find(false);
    expect(events).toEqual(["+1"]);
  });

  test("may move again before the look is over, and hears nothing of where it was", () => {
    const { first, second, node, events, listen } = setUp();
    listen();
    first.hear(false, 1n);
    node.switchTo(second);
    const [left] = second.listens;
    node.switchTo(first);
    expect([second.listens.size, second.gets.size]).toEqual([0, 0]);
    left?.onValues([new Value({ id: 9n })], false);
    first.hear(false, 1n);
    first.find(true, 1n);
    expect(events).toEqual(["+1"]);
  });

  test("ends everywhere when it is cancelled, or when its user has enough", () => {
    for (const wants of [() => true, (news: string) => news !== "+2"]) {
      const { first, second, node, events, listen } = setUp();
      const operation = listen(wants);
      first.hear(false, 1n);
      node.switchTo(second);
      second.hear(false, 2n);
      if (wants("+2")) operation.cancel();
      expect([second.listens.size, second.gets.size]).toEqual([0, 0]);
      second.hear(false, 3n);
      node.switchTo(first);
      expect([events, first.listens.size]).toEqual([["+1", "+2"], 0]);
    }
  });
});

describe("a permanent put that moves", () => {
  function put(node: SwitchableNode, id = 1n) {
    const outcomes: boolean[] = [];
    const operation = node.put(KEY, new Value({ id }), { permanent: true, onDone: ({ ok }) => outcomes.push(ok) });
    return { outcomes, operation };
  }

  test("is announced in one place, and comes to one outcome, wherever that is", () => {
    const { first, second, node } = setUp();
    const { outcomes } = put(node);
    node.switchTo(second);
    expect([first.announced.size, second.announced.size, outcomes]).toEqual([0, 1, []]);
    second.announced.get(1n)?.onDone?.(ANNOUNCED);
    expect(outcomes).toEqual([true]);
    node.switchTo(first);
    first.announced.get(1n)?.onDone?.(NOT_ANNOUNCED);
    expect([first.announced.size, second.announced.size, outcomes]).toEqual([1, 0, [true]]);
  });

  test("doesn't move once it is cancelled, by its handle or by its id", () => {
    const { second, node } = setUp();
    const { operation, outcomes } = put(node, 1n);
    put(node, 2n);
    operation.cancel();
    expect(node.cancelPut(KEY, 2n)).toBe(true);
    node.switchTo(second);
    expect(second.announced.size).toBe(0);
    expect(outcomes).toEqual([false]);
  });

  test("gives way to the next one under its id", () => {
    const { second, node } = setUp();
    put(node);
    put(node);
    node.switchTo(second);
    expect(second.announced.size).toBe(1);
  });

  test("stays where it is when it isn't permanent", () => {
    const { first, second, node } = setUp();
    node.put(KEY, new Value({ id: 1n }));
    node.switchTo(second);
    expect([first.announced.size, second.announced.size]).toEqual([1, 0]);
  });
});

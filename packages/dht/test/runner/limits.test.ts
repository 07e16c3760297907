import { expect, it } from "vitest";
import { DEFAULT_MAX_QUEUE } from "../../src/runner/operations/listener.ts";
import {
  MAX_WAITING_OPERATIONS,
  type OngoingOperation,
  OngoingOperations,
} from "../../src/runner/operations/ongoing-operations.ts";
import { RunningListen } from "../../src/runner/operations/running-listen.ts";
import { type LookupSink, MAX_BUFFERED_RESULTS, RunningLookup } from "../../src/runner/operations/running-lookup.ts";
import type { SecureNode } from "../../src/secure/index.ts";

/** The operations below never look at the engine that they are started on. */
const ANY_NODE = {} as SecureNode;

it("lets so many operations wait for a bootstrap, and fails the next one at once", () => {
  const operations = new OngoingOperations();
  let failed = 0;
  const operation = (): OngoingOperation => ({ start: () => {}, fail: () => void failed++ });
  for (let i = 0; i < MAX_WAITING_OPERATIONS; i++) operations.add(operation(), undefined);
  expect(failed).toBe(0);
  operations.add(operation(), undefined);
  expect(failed).toBe(1);
  expect(operations.size).toBe(MAX_WAITING_OPERATIONS);
});

it("keeps so many results of a lookup for a slow reader, then lets the oldest go and says how many", async () => {
  let sink: LookupSink<number> | undefined;
  const lookup = new RunningLookup<number>(new OngoingOperations(), {}, (_, given) => {
    sink = given;
    return { cancel: () => {} };
  });
  lookup.start(ANY_NODE);
  for (let i = 0; i < MAX_BUFFERED_RESULTS + 3; i++) sink?.onResult(i);
  sink?.onDone({ ok: true, nodes: [] });
  expect((await lookup.stream[Symbol.asyncIterator]().next()).value).toBe(3);
  expect(await lookup.stream.done).toEqual({ ok: true, nodes: [], dropped: 3 });
});

it("keeps so many events of a listen for a slow reader; a value that came and went leaves nothing to read", () => {
  let emit: (value: number, expired: boolean) => void = () => {};
  const listen = new RunningListen<number>(
    {},
    (_, emitter) => {
      emit = emitter;
      return { cancel: () => {} };
    },
    () => {},
    Object.is,
  );
  listen.start(ANY_NODE);
  for (let i = 0; i < DEFAULT_MAX_QUEUE; i++) emit(i, false);
  emit(7, true);
  expect(listen.listener.dropped).toBe(0);
  emit(-1, false); // takes the place of 7
  emit(-2, false);
  expect(listen.listener.dropped).toBe(1);
});

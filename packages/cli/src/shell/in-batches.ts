import { setImmediate } from "node:timers/promises";

/** Puts what arrives together (in one turn of the event loop) together. */
export async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[], void> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  for (let first = await next; !first.done; first = await next) {
    const batch = [first.value];
    next = iterator.next();
    const turn = setImmediate(undefined);
    for (let more = await Promise.race([next, turn]); more && !more.done; more = await Promise.race([next, turn])) {
      batch.push(more.value);
      next = iterator.next();
    }
    yield batch;
  }
}

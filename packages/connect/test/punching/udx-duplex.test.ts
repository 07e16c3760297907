import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { UdxDuplex } from "../../src/punching/udx-duplex.ts";

/** A stream of the library that only notes what is asked of it. */
class NotedStream extends EventEmitter {
  readonly calls: string[] = [];

  connect(): void {}

  write(): boolean {
    this.calls.push("write");
    return true;
  }

  end(): this {
    this.calls.push("end");
    return this;
  }

  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  destroy(): this {
    this.calls.push("destroy");
    return this;
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("who gives a stream up without having ended it waits for nothing, whatever has not arrived", () => {
  const inner = new NotedStream();
  const stream = new UdxDuplex(inner);
  stream.write("never arrives");
  stream.destroy();
  expect(inner.calls).toEqual(["write", "destroy"]);
});

test("what was ended in good order still arrives", async () => {
  const inner = new NotedStream();
  const stream = new UdxDuplex(inner);
  stream.end("last words");
  await turn();
  stream.destroy();
  expect(inner.calls).not.toContain("destroy");
  expect(inner.calls.slice(0, 2)).toEqual(["write", "end"]);
  inner.emit("close");
});

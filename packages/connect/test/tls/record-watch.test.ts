import fc from "fast-check";
import { expect, test } from "vitest";
import { RecordWatch } from "../../src/tls/record-watch.ts";

const ALERTS = { "TLS 1.2": record(21, 26), "TLS 1.3": record(23, 19) };

test.each(Object.entries(ALERTS))("an alert of %s at the end is seen, wherever the stream is cut", (_, alert) => {
  const records = fc.array(fc.record({ type: fc.constantFrom(22, 23), length: fc.integer({ min: 20, max: 300 }) }));
  fc.assert(
    fc.property(records, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (before, lengths) => {
      const stream = Buffer.concat([...before.map(({ type, length }) => record(type, length)), alert]);
      const watch = new RecordWatch();
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        expect(watch.endsWithAlert).toBe(false);
        const end = at + (lengths[turn % lengths.length] ?? 1);
        watch.see(stream.subarray(at, end));
        at = end;
      }
      expect(watch.endsWithAlert).toBe(true);
    }),
  );
});

test("data at the end, or a record that is cut, is no alert", () => {
  const watch = new RecordWatch();
  watch.see(ALERTS["TLS 1.3"]);
  watch.see(record(23, 100));
  expect(watch.endsWithAlert).toBe(false);
  watch.see(ALERTS["TLS 1.3"].subarray(0, 10));
  expect(watch.endsWithAlert).toBe(false);
});

function record(type: number, length: number): Buffer {
  return Buffer.from([type, 3, 3, length >> 8, length & 0xff, ...Buffer.alloc(length, 0x17)]);
}

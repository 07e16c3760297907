import { Socket } from "node:net";
import { VirtualScheduler } from "@hashmere/dht/engine";
import { expect, test } from "vitest";
import { ClientLedger } from "../../src/server/client-ledger.ts";
import { DEFAULT_LIMITS, NO_CLIENT_LIMITS, type ProxyLimits } from "../../src/server/limits.ts";

/** A ledger, and how many of so many puts it lets a client make, each on a connection of its own. */
function rig(limits: Partial<ProxyLimits>) {
  const scheduler = new VirtualScheduler();
  const ledger = new ClientLedger({ ...DEFAULT_LIMITS, ...limits }, scheduler);
  const putsOf = (count: number) => {
    let taken = 0;
    for (let put = 0; put < count; put++) {
      const socket = new Socket();
      ledger.admit(socket);
      if (ledger.of({ socket, headers: {} }).takePut()) taken++;
      socket.emit("close");
    }
    return taken;
  };
  return { scheduler, ledger, putsOf };
}

test("a client has no more puts because it comes on other connections", () => {
  const { scheduler, putsOf } = rig({ maxPutsPerSecondPerClient: 5 });
  expect(putsOf(100)).toBe(10);
  scheduler.advance(1_000);
  expect(putsOf(100)).toBe(5);
});

test("a client is forgotten when all its puts have come back, and not before", () => {
  const { scheduler, ledger, putsOf } = rig({ maxPutsPerSecondPerClient: 5 });
  putsOf(10);
  scheduler.advance(1_999);
  ledger.sweep();
  expect(ledger.clients).toBe(1);
  scheduler.advance(1);
  ledger.sweep();
  expect(ledger.clients).toBe(0);
});

test("a client without limits is forgotten with its last connection", () => {
  const { ledger, putsOf } = rig(NO_CLIENT_LIMITS);
  expect(putsOf(10_000)).toBe(10_000);
  expect(ledger.clients).toBe(0);
});

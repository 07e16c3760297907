import { type NodeStatus, VirtualScheduler } from "@hashmere/dht/engine";
import { expect, test } from "vitest";
import { HealthWatch } from "../../src/server/health.ts";

const FAMILY = { goodNodes: 1, dubiousNodes: 0, incomingNodes: 0 };

/** Has no network but what it is told. */
class ToldNode extends EventTarget {
  status: NodeStatus = "connected";
  isRunning = () => true;
  // What else is in there is of no interest.
  getNodeInfo = () => ({ ipv4: FAMILY, ipv6: FAMILY }) as never;

  become(status: NodeStatus): void {
    this.status = status;
    this.dispatchEvent(new Event("statuschange"));
  }
}

function rig() {
  const scheduler = new VirtualScheduler();
  const node = new ToldNode();
  const health = new HealthWatch(node, scheduler);
  const put = (ok: boolean, times = 1) => {
    for (let count = 0; count < times; count++) health.onPut(ok);
  };
  return { scheduler, node, put, status: () => health.check().status };
}

test("a proxy whose last five values were all refused is degraded, until one is taken", () => {
  const { put, status } = rig();
  put(false, 4);
  expect(status()).toBe("connected");
  put(false);
  expect(status()).toBe("degraded");
  put(true);
  expect(status()).toBe("connected");
});

test("a degraded proxy that nobody uses any more is healthy again after two minutes", () => {
  const { scheduler, put, status } = rig();
  put(false, 9);
  scheduler.advance(119_999);
  expect(status()).toBe("degraded");
  scheduler.advance(1);
  expect(status()).toBe("connected");
});

test("values that were put before nobody was there, or when nobody was, count for nothing when the network is back", () => {
  const { node, put, status } = rig();
  put(false, 4);
  node.become("disconnected");
  expect(status()).toBe("alone");
  put(false, 9);
  node.become("connecting");
  put(false, 9);
  expect(status()).toBe("connecting");
  node.become("connected");
  expect(status()).toBe("connected");
  put(false, 4);
  expect(status()).toBe("connected");
});

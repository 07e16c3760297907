import { jsonLine } from "../../json/index.ts";
import { formatMetrics, METRICS_TYPE, type Metric } from "../metrics.ts";
import type { ProxyService } from "../proxy-service.ts";
import { respond } from "../respond.ts";
import type { Route } from "./route.ts";

/** Healthy is who can do what clients ask for: a proxy whose node is alone is not. */
export const healthz: Route = {
  method: "GET",
  path: "/healthz",
  summary: "200 while the node is connected and its values are taken, else 503; with the reason.",
  gives: "object",
  isOpen: true,
  handle({ service, response }) {
    const { status, reason } = service.health.check();
    respond(response, status === "connected" ? 200 : 503, jsonLine({ status, reason }));
  },
};

export const metrics: Route = {
  method: "GET",
  path: "/metrics",
  summary: "Numbers for Prometheus.",
  gives: "text",
  handle({ service, response }) {
    respond(response, 200, formatMetrics(metricsOf(service)), [], METRICS_TYPE);
  },
};

function metricsOf(service: ProxyService): Metric[] {
  const { ledger, lookups, puts, subscriptions, pusher, pacer, requests, health, node } = service;
  const { delivered, retried, dropped, waiting } = pusher.counts;
  const info = node.isRunning() ? node.getNodeInfo() : undefined;
  const gauge = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    kind: "gauge",
    samples: [{ value }],
  });
  const outcome = (outcome: string, value: number) => ({ labels: { outcome }, value });
  const good = (family: number, value = 0) => ({ labels: { family }, value });
  return [
    { name: "requests_total", help: "Requests by route and status.", kind: "counter", samples: requests.samples },
    gauge("connections", "Open connections.", ledger.total("connections")),
    gauge("clients", "Clients that have anything here.", ledger.clients),
    gauge("lookups", "Keys that are looked up for gets.", lookups.size),
    gauge("listens", "Open listens.", ledger.total("listens")),
    gauge("subscriptions", "Push subscriptions.", subscriptions.size),
    gauge("permanent_puts", "Permanent puts.", puts.size),
    gauge(
      "restoring",
      "Permanent puts and subscriptions of an earlier run that are not taken up again yet.",
      pacer.size,
    ),
    gauge("held_bytes", "Bytes of values put permanently or in the last ten minutes.", ledger.bytes),
    {
      name: "pushes_total",
      help: "Pushes by what became of them.",
      kind: "counter",
      samples: [outcome("delivered", delivered), outcome("retried", retried), outcome("dropped", dropped)],
    },
    gauge("pushes_waiting", "Pushes that are not sent yet.", waiting),
    gauge("healthy", "1 while /healthz says 200.", Number(health.check().status === "connected")),
    {
      name: "dht_good_nodes",
      help: "DHT nodes that answer, by address family.",
      kind: "gauge",
      samples: [good(4, info?.ipv4.goodNodes), good(6, info?.ipv6.goodNodes)],
    },
    gauge("dht_storage_bytes", "Bytes of values that the DHT node holds.", info?.storageSize ?? 0),
    gauge("resident_memory_bytes", "Memory of the process.", process.memoryUsage.rss()),
  ];
}

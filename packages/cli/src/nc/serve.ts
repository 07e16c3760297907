import type { ChannelRequest, ConnectionManager } from "@hashmere/connect";
import { aborted } from "../aborted.ts";
import { joinStreams } from "./join-streams.ts";
import type { NcReport } from "./nc-report.ts";
import { openService } from "./open-service.ts";
import { formatService, type ServiceAddress, serviceOf } from "./service-address.ts";
import { isOffered, type Services } from "./services.ts";

/** Connects channels to the services that are offered, until the signal. */
export async function serve(
  manager: ConnectionManager,
  services: Services,
  report: NcReport,
  signal: AbortSignal,
): Promise<void> {
  manager.addEventListener("refused", ({ deviceId, reason }) => report.event("refused", deviceId, reason));
  using _ = manager.handle((request) => {
    const service = serviceOf(request.name);
    if (service === undefined || !isOffered(services, service)) {
      report.event("declined", request.deviceId, request.name);
      request.decline();
    } else {
      void connectChannel(request, service, report, signal);
    }
  });
  await aborted(signal);
}

async function connectChannel(
  request: ChannelRequest,
  service: ServiceAddress,
  report: NcReport,
  signal: AbortSignal,
): Promise<void> {
  const { deviceId } = request;
  const channel = await request.accept();
  if (channel === undefined) return;
  channel.on("error", () => {}); // what ends the copying is told by it
  // What ends with an error doesn't look like the service's own end.
  const stop = () => channel.destroy(new Error("this server was stopped"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    const socket = await openService(service);
    report.event("connected", deviceId, formatService(service));
    await joinStreams(channel, socket);
    report.event("closed", deviceId, formatService(service));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report.event("failed", deviceId, `${formatService(service)}: ${reason}`);
    channel.destroy(new Error(reason));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

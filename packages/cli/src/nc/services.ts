import { formatService, type ServiceAddress } from "./service-address.ts";

/** What a server lets others reach: the services named, or whatever they ask for. */
export type Services = "any" | readonly ServiceAddress[];

/** By the text of the host, as DHTNet's own server compares. */
export function isOffered(services: Services, wanted: ServiceAddress): boolean {
  if (services === "any") return true;
  return services.some(({ host, port }) => host === wanted.host && port === wanted.port);
}

export function describeServices(services: Services): string {
  if (services === "any") return "anything that this machine can reach";
  return services.length === 0 ? "nothing" : services.map(formatService).join(", ");
}

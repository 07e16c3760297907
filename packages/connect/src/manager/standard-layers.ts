import type { Logger, RandomSource, Scheduler, SockAddr } from "@hashmere/dht";
import type { CandidateSource } from "../ice/index.ts";
import { IceSession } from "../session/index.ts";
import { PublicAddressSource, TcpHostSource, TcpPunchSource } from "../sockets/index.ts";
import { secureStream } from "../tls/index.ts";
import type { Layers } from "./layers.ts";

export interface StandardLayersOptions {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly includeLoopback: boolean;
  publicAddresses(): readonly SockAddr[];
  moreSources(): readonly CandidateSource[];
}

/** ICE over the sockets of this machine, and TLS. */
export function standardLayers(options: StandardLayersOptions): Layers {
  const { scheduler, random, log, includeLoopback, publicAddresses, moreSources } = options;
  return {
    openSession: (request) => {
      const sources = [
        new TcpHostSource({ includeLoopback }),
        new PublicAddressSource(publicAddresses),
        new TcpPunchSource(publicAddresses, { includeLoopback }),
        ...moreSources(),
      ];
      return new IceSession({ ...request, sources, scheduler, random, log });
    },
    secure: (stream, request) => secureStream(stream, { ...request, scheduler }),
  };
}

export type { DatagramReceiver, DatagramTransport } from "./datagram-transport.ts";
export { UdpTransport, type UdpTransportOptions } from "./udp-transport.ts";

export { type DatagramReceiver, UdpTransport } from "./udp-transport.ts";

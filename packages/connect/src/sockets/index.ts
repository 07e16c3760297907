export { connectSoon } from "./connect-soon.ts";
export { dialTcp } from "./dial-tcp.ts";
export { type InterfaceOptions, interfaceAddresses } from "./interface-addresses.ts";
export { PublicAddressSource } from "./public-address-source.ts";
export { TcpHostSource } from "./tcp-host-source.ts";
export { TcpListener } from "./tcp-listener.ts";
export { TcpPunchSource } from "./tcp-punch-source.ts";

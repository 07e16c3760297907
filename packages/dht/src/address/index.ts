export { DEFAULT_PORT, type Family, SockAddr, splitHostPort } from "./sock-addr.ts";

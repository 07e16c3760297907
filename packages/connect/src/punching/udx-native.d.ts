// The library brings no types.
declare module "udx-native" {
  import type { Udx, UdxSocket, UdxStream } from "./udx.ts";

  // biome-ignore lint/style/noDefaultExport: that is how the library exports it
  export default class Library implements Udx {
    createSocket(options?: { readonly ipv6Only?: boolean }): UdxSocket;
    createStream(id: number): UdxStream;
  }
}

// The part of the library that is used; it brings no types.
declare module "@silentbot1/nat-api" {
  interface Mapping {
    readonly protocol: "TCP" | "UDP";
    readonly privatePort: number;
    readonly publicPort: number;
    /** Seconds. */
    readonly ttl: number;
    readonly description: string;
  }

  // biome-ignore lint/style/noDefaultExport: that is how the library exports it
  export default class NatApi {
    constructor(options: {
      readonly enablePMP: boolean;
      readonly enableUPNP: boolean;
      readonly autoUpdate: boolean;
      readonly upnpPermanentFallback: boolean;
    });
    /** False when no router has granted it. */
    map(mapping: Mapping): Promise<boolean>;
    unmap(mapping: Mapping): Promise<boolean>;
    externalIp(): Promise<string | undefined>;
    destroy(): Promise<void>;
  }
}

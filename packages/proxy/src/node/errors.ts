/** Base of the errors of the proxy server: a stable `code`, and a sentence that says what to do. */
export class ProxyServerError extends Error {
  readonly code: "ERR_PROXY_LISTEN" | "ERR_PROXY_TLS" | "ERR_PROXY_STATE";

  constructor(code: ProxyServerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProxyServerError";
    this.code = code;
  }
}

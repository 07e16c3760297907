// Source: OpenDHT REST proxy, error bodies. They are fixed, byte for byte, and end without line feed.

/** Ends a request with an error status and a body in JSON. */
export class HttpError extends Error {
  readonly status: number;
  readonly body: string;
  /** Further headers, name and value in turn. */
  readonly headers: readonly string[];

  constructor(status: number, body: string, headers: readonly string[] = []) {
    super(`${status} ${body}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export const badJson = () => new HttpError(400, '{"err:":"Incorrect JSON"}');
export const missingParameters = () => new HttpError(400, '{"err":"Missing parameters"}');
export const noToken = () => new HttpError(400, '{"err":"No token"}');
export const targetTooLong = () => new HttpError(400, '{"err":"The texts that tell where pushes go are too long"}');
export const noEndpoint = () =>
  new HttpError(
    400,
    '{"err":"No push can go there: the token must be a public https URL, the topic empty or two keys"}',
  );
export const noDestination = () => new HttpError(400, '{"err":"No destination found"}');
export const internalError = () => new HttpError(500, '{"err":"Internal server error"}');
/** To everything that nobody here knows; the connection ends, as in the original. */
export const notImplemented = () => new HttpError(501, '{"err":"Not implemented"}');
export const putFailed = () => new HttpError(502, '{"err":"Put failed"}');
export const noNode = () => new HttpError(503, '{"err":"Incorrect DhtRunner"}');

// What the original leaves open.
export const notAuthorized = () =>
  new HttpError(401, '{"err":"Authorization needed"}', ["WWW-Authenticate", 'Bearer realm="hashmere"']);
export const noSuchPut = () => new HttpError(404, '{"err":"No such put"}');
export const noSuchFile = () => new HttpError(404, '{"err":"No such file"}');
export const bodyTimeout = () => new HttpError(408, '{"err":"The request took too long"}');
export const bodyTooLarge = () => new HttpError(413, '{"err":"The body is too large"}');
export const unknownExpectation = () => new HttpError(417, '{"err":"What is expected can\'t be met"}');
export const headersTooLarge = () => new HttpError(431, '{"err":"The headers are too large"}');
export const badPath = () => new HttpError(400, '{"err":"The path is too long, or no UTF-8"}');
export const badRequest = () => new HttpError(400, '{"err":"This is no HTTP request"}');
/** @param what of which the client has too many */
export const tooMany = (what: string) => new HttpError(429, `{"err":"Too many ${what}"}`, ["Retry-After", "10"]);
/** @param what the server as a whole has too many of */
export const overloaded = (what: string) => new HttpError(503, `{"err":"Too many ${what}"}`, ["Retry-After", "60"]);

// Source: OpenAPI Specification 3.2.0 (`additionalOperations` are its way to tell of methods such as SUBSCRIBE).
import type { Route } from "../routes/route.ts";

interface Node {
  readonly [name: string]: unknown;
}

const reference = (name: string): Node => ({ $ref: `#/components/schemas/${name}` });
const text = (description: string, format?: string): Node => ({
  type: "string",
  description,
  ...(format && { format }),
});
const number = (description: string): Node => ({ type: "integer", minimum: 0, description });

const VALUE: Node = {
  type: "object",
  properties: {
    id: text("64-bit id, decimal; 0 or none: the proxy draws one"),
    data: text("base64"),
    type: number("of the value, 16 bits"),
    utype: text("what the data is, as a MIME type"),
    prio: number("0 is the highest, and the default"),
    pt: text("push type, copied into pushes"),
    owner: text("public key of who signed the value, PEM"),
    seq: number("version among the values of the owner under this id"),
    sig: text("signature, base64"),
    to: text("id of the recipient's key, 40 hexadecimal digits"),
    cypher: text("an encrypted value, base64; then nothing else but id, prio and pt is there"),
  },
};

const CLIENT: Node = {
  type: "object",
  properties: { key: text("push token, or URL of a UnifiedPush endpoint"), client_id: text("chosen by the client") },
};

const SUBSCRIPTION: Node = {
  type: "object",
  required: ["key"],
  properties: {
    key: text("push token, or URL of a UnifiedPush endpoint"),
    client_id: text("chosen by the client, handed back in pushes"),
    session_id: text("chosen by the client at each start, handed back in pushes"),
    platform: { type: "string", enum: ["android", "ios", "unifiedpush"] },
    topic: text("APNs topic, or <p256dh>|<auth> for encrypted pushes"),
    refresh: { type: "boolean", description: "only renew, and send no values" },
  },
};

const SCHEMAS: Node = {
  Value: VALUE,
  Put: {
    allOf: [reference("Value")],
    properties: {
      permanent: {
        description: "present: announced for 24 h; an object also says whom to warn by push before that ends",
        oneOf: [{ type: "boolean" }, reference("Subscription")],
      },
    },
  },
  Event: { allOf: [reference("Value")], properties: { expired: { const: true, description: "the value is gone" } } },
  Client: CLIENT,
  Subscription: SUBSCRIPTION,
  Node: {
    type: "object",
    required: ["node_id", "ipv4", "ipv6", "public_ip"],
    properties: {
      node_id: text("40 hexadecimal digits"),
      id: text("of the node's public key, if it has one"),
      instance: text("another after each start: what the proxy was told before and has not saved is lost"),
      public_ip: text("the address from which you ask"),
    },
  },
  Error: { type: "object", properties: { err: text("what is wrong") } },
};

const BODIES: Readonly<Record<NonNullable<Route["takes"]>, Node>> = {
  value: reference("Value"),
  put: reference("Put"),
  subscription: reference("Subscription"),
  client: reference("Client"),
  lookup: { type: "object", properties: { key: text("a name, or 40 hexadecimal digits") } },
};

const json = (schema: Node): Node => ({ "application/json": { schema } });
const lines = (schema: Node): Node => ({
  "application/json": { itemSchema: schema },
  "text/event-stream": { itemSchema: schema },
});

const ANSWERS: Readonly<Record<Route["gives"], Node>> = {
  node: json(reference("Node")),
  statistics: json({ type: "object" }),
  value: json(reference("Value")),
  values: lines(reference("Value")),
  events: lines(reference("Event")),
  object: json({ type: "object" }),
  nothing: {},
  text: { "text/plain": {} },
  page: { "text/html": {} },
};

/** Methods that OpenAPI knows by name. */
const NAMED_METHODS: ReadonlySet<string> = new Set(["GET", "POST", "DELETE"]);

/** The routes as an OpenAPI document. */
export function describeAsOpenApi(routes: readonly Route[]): Node {
  const paths: Record<string, Record<string, unknown> & { additionalOperations?: Record<string, Node> }> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}").replace("*", "{file}");
    paths[path] ??= {};
    const item = paths[path];
    if (NAMED_METHODS.has(route.method)) item[route.method.toLowerCase()] = operation(route, path);
    else item.additionalOperations = { ...item.additionalOperations, [route.method]: operation(route, path) };
  }
  return {
    openapi: "3.2.0",
    info: {
      title: "Hashmere proxy",
      version: "1",
      description: "A distributed hash table over HTTP, compatible with the REST interface of OpenDHT.",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        ticket: {
          type: "apiKey",
          in: "query",
          name: "ticket",
          description: "From POST /node/ticket, for one stream of server-sent events.",
        },
      },
    },
  };
}

function isStream(gives: Route["gives"]): boolean {
  return gives === "events" || gives === "values";
}

function operation({ summary, query = {}, takes, gives, isOpen }: Route, path: string): Node {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query).map(([name, { what, from, to }]) => ({
    name,
    in: "query",
    description: what,
    schema: { type: "integer", minimum: from, maximum: to },
  }));
  const parameters = [...inPath, ...inQuery];
  return {
    summary,
    ...(isOpen !== true && { security: [{}, { bearer: [] }, ...(isStream(gives) ? [{ ticket: [] }] : [])] }),
    ...(parameters.length > 0 && { parameters }),
    ...(takes && { requestBody: { content: json(BODIES[takes]) } }),
    responses: {
      200: { description: "Done.", content: ANSWERS[gives] },
      default: { description: "Refused, or failed.", content: json(reference("Error")) },
    },
  };
}

export { MAX_BODY_BYTES, startWebServer, type WebServer, type WebServerOptions } from "./web-server.ts";

import { describeAsOpenApi } from "../description/open-api.ts";
import { describeAsPage } from "../description/reference-page.ts";
import { respond } from "../respond.ts";
import type { Route } from "./route.ts";

/** What the server can be asked for, told by itself: to programs and to people. */
export function descriptionRoutes(routes: readonly Route[]): readonly Route[] {
  const document = `${JSON.stringify(describeAsOpenApi(routes), null, 2)}\n`;
  const page = describeAsPage(routes);
  return [
    {
      method: "GET",
      path: "/openapi.json",
      summary: "This interface in OpenAPI.",
      gives: "object",
      isOpen: true,
      handle: ({ response }) => respond(response, 200, document),
    },
    {
      method: "GET",
      path: "/docs",
      summary: "This interface for people.",
      gives: "page",
      isOpen: true,
      handle: ({ response }) => respond(response, 200, Buffer.from(page), [], "text/html; charset=utf-8"),
    },
  ];
}

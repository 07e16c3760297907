import type { Route } from "../routes/route.ts";

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
tr { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
td { padding: .4rem .8rem .4rem 0; vertical-align: top }
code, pre { font: 14px/1.5 ui-monospace, monospace }
td:first-child { font-weight: 600; white-space: nowrap }
pre { padding: .8rem; overflow-x: auto; background: color-mix(in srgb, currentColor 8%, transparent) }
@media (max-width: 40rem) {
  tr { display: block; padding: .4rem 0 }
  td { display: inline-block; padding-block: 0 }
  td:last-child { display: block }
}
`;

/** @param origin of this server, as its readers know it */
const examples = (origin: string) => `# what is there
curl ${origin}/key/room
# and what comes
curl ${origin}/key/room/listen
curl ${origin}/key/room -d '{"data":"'$(printf hello | base64)'"}'`;

/** The routes as a page that needs nothing else. @param origin `http(s)://host[:port]` */
export function describeAsPage(routes: readonly Route[], origin: string): string {
  const rows = routes.map(
    ({ method, path, summary }) =>
      `<tr><td>${method}<td><code>${escapeHtml(path)}</code><td>${withCode(escapeHtml(summary))}</tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Hashmere proxy: what it can be asked for</title>
<style>${STYLE}</style>
<h1>A distributed hash table over HTTP</h1>
<p>A key is 40 hexadecimal digits, or any other text, which is hashed. A value is JSON with its bytes in base64; several come
one per line. The same for programs: <a href="openapi.json">openapi.json</a>.
<pre>${escapeHtml(examples(origin))}</pre>
<table>${rows.join("\n")}</table>
</html>
`;
}

/** What stands between backticks is to be typed as it is. */
function withCode(html: string): string {
  return html.replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

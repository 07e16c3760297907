import { expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { searchesLog } from "../../src/search/index.ts";
import { HonestPeers, KEY, SearchLab, value } from "./search-lab.ts";

test("the log of a few searches tells of each its state, operations and nodes", () => {
  const lab = new SearchLab();
  const peers = new HonestPeers();
  lab.behaviour = (sent) => (sent.kind === "put" && sent.peer === lab.peer(1) ? undefined : peers.answer(sent));
  lab.addPeers(2);
  lab.put(value(1), { permanent: true });
  lab.listen();
  lab.run(500);
  const [legend, search, announcement, header, first, second, total] = searchesLog(
    [lab.table],
    (peer) => peer === lab.peer(0),
  ).split("\n");
  expect(legend).toBe("s:synched, u:updated, a:announced, c:candidate, f:cur req, x:expired, *:known");
  expect(search).toMatch(`Search IPv4 ${KEY} gets: 0 last step: `);
  expect(search).toMatch(/ ago \[synced\] \[listening\]$/);
  expect(announcement).toBe(`Announcement: ${value(1)}`);
  expect(header).toBe(" Common bits    InfoHash                       Conn. Get   Ops  IP");
  expect(first).toBe(`159 ${lab.peer(0).id} * [ s] [l] a 127.0.0.1:5000`);
  expect(second).toBe(`158 ${lab.peer(1).id}   [ s] [l] f 127.0.0.1:5001`);
  expect(total).toBe("Total: 1 searches (1 IPv4, 0 IPv6).");
});

test("the log of many searches has one line for each", () => {
  const lab = new SearchLab();
  for (let n = 0; n < 9; n++) lab.table.findNode(InfoHash.get(`key ${n}`));
  const lines = searchesLog([lab.table], () => false).split("\n");
  expect(lines).toHaveLength(9 + 2);
  expect(lines[0]).toMatch(/^\[search [0-9a-f]{40} IPv4\]$/);
});

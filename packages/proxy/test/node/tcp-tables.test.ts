import { expect, test } from "vitest";
import { retransmissionsIn } from "../../src/node/tcp-tables.ts";

/** As Linux 6 has written it, on a machine with little-endian processors. */
const IPV4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 01004D0A:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5604477 1 000000003bc43058 100 0 0 10 0                   
   1: 01004D0A:1F90 02004D0A:85BC 01 000001D8:00000000 01:000019C3 0000000F     0        0 5603726 3 000000000a469ff1 12000 4 31 1 -1                
   2: 01004D0A:1F90 02004D0A:85B4 01 00000108:00000000 01:00001C28 00000000     0        0 5603725 3 000000006ae35624 12000 4 31 1 -1                
   3: 01004D0A:1F90 02004D0A:85B6 01 00000000:00000000 02:00000A28 00000000     0        0 5603727 3 000000006ae35625 20 4 31 10 -1                  
`;
const IPV6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18 1 0 100 0 0 10 0
   1: 0000000000000000FFFF000001004D0A:1F90 0000000000000000FFFF000002004D0A:85BC 01 00000010:00000000 01:00000019 00000003     0        0 19 3 0 20 4 31 1 -1
   2: B80D0120000000000000000001000000:1F90 B80D0120000000000000000002000000:0050 01 00000010:00000000 01:00000019 00000001     0        0 20 3 0 20 4 31 1 -1
`;

test("the kernel tells on which connections it sends something again, and how often, addresses as sockets have them", () => {
  expect([...retransmissionsIn(IPV4, "LE")]).toEqual([{ otherEnd: "10.77.0.2 34236", count: 15 }]);
  expect([...retransmissionsIn(IPV6, "LE")]).toEqual([
    { otherEnd: "::ffff:10.77.0.2 34236", count: 3 },
    { otherEnd: "2001:db8::2 80", count: 1 },
  ]);
});

test("a machine with big-endian processors writes addresses as they are", () => {
  const table = "   1: 0A4D0001:1F90 0A4D0002:0050 01 00000010:00000000 01:00000019 00000001     0 ";
  expect([...retransmissionsIn(table, "BE")]).toEqual([{ otherEnd: "10.77.0.2 80", count: 1 }]);
});

test("what is no such table says nothing", () => {
  expect([...retransmissionsIn("what else\n1: 2: 3:\n")]).toEqual([]);
});

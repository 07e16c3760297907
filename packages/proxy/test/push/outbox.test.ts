import { SeededRandom, VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import {
  LONGEST_PAUSE_MS,
  MAX_ATTEMPTS,
  MAX_FOREIGN_POSTS,
  MAX_POSTS_PER_GATEWAY,
  MAX_WAITING_PER_GATEWAY,
  MAX_WAITING_PUSHES,
  Outbox,
  type PostOutcome,
  type PushRequest,
} from "../../src/push/index.ts";

function pushTo(host: string, token = "T", isForeign = true): PushRequest {
  return { url: new URL(`https://${host}/`), headers: {}, body: "", token, isForeign };
}

/** An outbox whose posts end when the test says so. */
function rig() {
  const scheduler = new VirtualScheduler();
  const posts: { readonly push: PushRequest; settle(outcome: PostOutcome): Promise<void> }[] = [];
  const gone: string[] = [];
  const outbox = new Outbox({
    scheduler,
    random: new SeededRandom(1),
    post: (push) =>
      new Promise((resolve) => {
        posts.push({
          push,
          settle: async (outcome) => {
            resolve(outcome);
            await settled();
          },
        });
      }),
    onGone: (token) => gone.push(token),
  });
  return { scheduler, posts, gone, outbox };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("an outbox", () => {
  test("sends a few at a time to each gateway, the others as these come to their end", async () => {
    const { outbox, posts } = rig();
    for (let i = 0; i < 20; i++) outbox.send(pushTo("a.example"));
    outbox.send(pushTo("b.example"));
    expect(posts.length).toBe(MAX_POSTS_PER_GATEWAY + 1);
    await posts[0]?.settle({ kind: "delivered" });
    expect(posts.length).toBe(MAX_POSTS_PER_GATEWAY + 2);
    expect(outbox.counts).toMatchObject({ delivered: 1, waiting: 3 });
  });

  test("tries again with growing pauses, one push at a time, and gives up in the end", async () => {
    const { outbox, posts, scheduler } = rig();
    outbox.send(pushTo("a.example"));
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      expect(posts.length).toBe(attempt);
      await posts.at(-1)?.settle({ kind: "unreachable" });
      outbox.send(pushTo("a.example", "another"));
      expect(posts.length).toBe(attempt);
      scheduler.advance(LONGEST_PAUSE_MS);
    }
    expect(posts.at(-1)?.push.token).toBe("another");
    expect(outbox.counts).toMatchObject({ retried: MAX_ATTEMPTS - 1, dropped: 1 });
  });

  test("waits as long as the gateway advises", async () => {
    const { outbox, posts, scheduler } = rig();
    outbox.send(pushTo("a.example"));
    await posts[0]?.settle({ kind: "unreachable", retryAfterMs: 60_000 });
    scheduler.advance(59_000);
    expect(posts.length).toBe(1);
    scheduler.advance(1_000);
    expect(posts.length).toBe(2);
  });

  test("forgets what is refused, and tells of endpoints that are gone", async () => {
    const { outbox, posts, gone, scheduler } = rig();
    outbox.send(pushTo("a.example"));
    outbox.send(pushTo("a.example", "old"));
    await posts[0]?.settle({ kind: "refused" });
    await posts[1]?.settle({ kind: "gone" });
    scheduler.advance(LONGEST_PAUSE_MS);
    expect(posts.length).toBe(2);
    expect(gone).toEqual(["old"]);
  });

  test("posts to few of many endpoints at a time, to all in turn, and to its own gateway all along", async () => {
    const { outbox, posts } = rig();
    for (let i = 0; i < MAX_FOREIGN_POSTS + 3; i++) outbox.send(pushTo(`h${i}.example`));
    expect(posts.length).toBe(MAX_FOREIGN_POSTS);
    outbox.send(pushTo("h0.example", "another"));
    await posts[0]?.settle({ kind: "delivered" });
    expect(posts.at(-1)?.push.url.host).toBe(`h${MAX_FOREIGN_POSTS}.example`);
    outbox.send(pushTo("gorush.example", "T", false));
    expect(posts.at(-1)?.push.url.host).toBe("gorush.example");
    for (const post of [...posts]) await post.settle({ kind: "delivered" });
    expect(posts.length).toBe(MAX_FOREIGN_POSTS + 5);
    expect(outbox.counts).toMatchObject({ waiting: 0 });
  });

  test("has room for its own gateway, whatever strangers fill it with", () => {
    const { outbox, posts } = rig();
    for (let i = 0; i < 2 * MAX_WAITING_PUSHES; i++) outbox.send(pushTo(`h${i}.example`));
    expect(outbox.counts.waiting).toBe(MAX_WAITING_PUSHES);
    for (let i = 0; i < MAX_POSTS_PER_GATEWAY + 1; i++) outbox.send(pushTo("h0.example", "T", false));
    expect(outbox.counts.waiting).toBe(MAX_WAITING_PUSHES + 1);
    expect(posts.at(-1)?.push.isForeign).toBe(false);
  });

  test("that nobody empties costs no more than its limits", () => {
    const { outbox } = rig();
    for (let i = 0; i < MAX_WAITING_PER_GATEWAY + 100; i++) outbox.send(pushTo("dead.example"));
    expect(outbox.counts.waiting).toBe(MAX_WAITING_PER_GATEWAY);
    for (let i = 0; i < MAX_WAITING_PUSHES; i++) outbox.send(pushTo(`h${i % 100}.example`));
    expect(outbox.counts.waiting).toBe(MAX_WAITING_PUSHES);
    outbox.close();
    expect(outbox.counts.waiting).toBe(0);
  });
});

import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createFile, replaceFile } from "../../src/files/index.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-"));
  path = join(folder, "file");
  onTestFinished(() => rm(folder, { recursive: true }));
});

function* slicesThatEnd(): Generator<Uint8Array> {
  yield Uint8Array.of(1);
  throw new Error("there is no more");
}

describe.each([{ write: createFile }, { write: replaceFile }])("$write.name", ({ write }) => {
  test("writes texts, bytes and slices", async () => {
    for (const content of ["ab", Uint8Array.of(97, 98), [Uint8Array.of(97), Uint8Array.of(98)]]) {
      await write(path, content);
      expect(await readFile(path, "utf8")).toBe("ab");
      await rm(path);
    }
  });

  test("lets nobody but the owner in, unless told otherwise", async () => {
    await write(path, "secret");
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
    await rm(path);
    await write(path, "public", 0o644);
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o644);
  });

  test("leaves nothing of a file that can't be finished", async () => {
    await expect(write(path, slicesThatEnd())).rejects.toThrow("there is no more");
    expect(await readdir(folder)).toEqual([]);
  });
});

test("a file that exists is not created again", async () => {
  await createFile(path, "old");
  await expect(createFile(path, "new")).rejects.toMatchObject({ code: "EEXIST" });
  expect(await readFile(path, "utf8")).toBe("old");
});

test("a file that can't be replaced stays as it was", async () => {
  await replaceFile(path, "old");
  await expect(replaceFile(path, slicesThatEnd())).rejects.toThrow("there is no more");
  await replaceFile(path, "new");
  expect([await readFile(path, "utf8"), await readdir(folder)]).toEqual(["new", ["file"]]);
  await expect(replaceFile(folder, "in the place of a folder")).rejects.toThrow();
  expect(await readdir(folder)).toEqual(["file"]);
});

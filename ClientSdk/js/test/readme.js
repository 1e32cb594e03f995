// The sample of the README, run as it is shown, but against the server at ORLEANSIM_URL.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

const folder = new URL("..", import.meta.url);
const sample = /```js\n(import [^]*?)```/.exec(await readFile(new URL("README.md", folder), "utf8"))[1];

test("Sample_RunsTwice", async () => {
  const code = sample.replace("http://127.0.0.1:5080", process.env.ORLEANSIM_URL.replace(/\/$/, ""));
  assert.notEqual(code, sample);
  for (const unread of [1, 2]) {
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv.filter(flag => !flag.startsWith("--test")), "--input-type=module", "--eval", code], { cwd: folder });
    assert.equal(stdout, `ann says: Hello Ben!; unread: ${unread}\n`);
  }
});

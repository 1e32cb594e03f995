import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { IndexedDbStore, MemoryStore } from "../orleansim.js";
import { FileStore } from "../orleansim-node.js";
import { ScriptedServer, eventually, soon } from "./support/scripted.js";

const scope = "http://im.test/ ann";
let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "orleansim-")); });
after(() => rm(folder, { recursive: true, force: true }));

// IndexedDB is the browser's; the package fake-indexeddb stands in for it where the test run has installed it.
const fake = (() => {
  try {
    createRequire(join(process.env.ORLEANSIM_NPM ?? import.meta.dirname, "x.js"))("fake-indexeddb/auto");
    return true;
  } catch {
    return false;
  }
})();

const kinds = {
  MemoryStore: () => new MemoryStore(),
  FileStore: () => new FileStore(join(folder, "contract")),
  IndexedDbStore: () => new IndexedDbStore("contract"),
};

for (const [name, make] of Object.entries(kinds)) {
  test(`${name}_KeepsItsContract`, { skip: name === "IndexedDbStore" && !fake && "needs the package fake-indexeddb" }, async () => {
    const store = make();
    const read = async which => (await store.read(which)).sort((one, other) => one.key < other.key ? -1 : 1);
    assert.deepEqual(await store.read("a"), []);
    const value = { list: [1, { x: null }] };
    await store.write("a", [{ key: "one", value }, { key: "two/../é", value: "2", rank: 5 }]);
    await store.write("b", [{ key: "one", value: "other" }]);
    value.list.push("changed after");
    assert.deepEqual(await read("a"), [{ key: "one", value: { list: [1, { x: null }] } }, { key: "two/../é", value: "2", rank: 5 }]);

    await store.write("a", [{ key: "two/../é", value: "older", rank: 4 }, { key: "one", value: undefined }]);
    assert.deepEqual(await read("a"), [{ key: "two/../é", value: "2", rank: 5 }]);
    await store.write("a", [{ key: "two/../é", value: "same", rank: 5 }]);
    assert.equal((await read("a"))[0].value, "same");
    await store.write("a", [{ key: "two/../é", value: undefined }, { key: "two/../é", value: "anew", rank: 1 }]);
    assert.deepEqual(await read("a"), [{ key: "two/../é", value: "anew", rank: 1 }]);

    await store.clear("a");
    assert.deepEqual(await read("a"), []);
    assert.equal((await read("b")).length, 1);
    await store.close();
  });
}

test("FileStore_OutlivesTheProgram_IsPrivate_AndSkipsWhatIsBroken", async () => {
  const path = join(folder, "private");
  await new FileStore(path).write("a", [{ key: "k", value: 1 }]);
  const [scoped] = await readdir(path);
  const [file] = await readdir(join(path, scoped));
  assert.equal((await stat(join(path, scoped, file))).mode & 0o077, 0);
  assert.equal((await stat(join(path, scoped))).mode & 0o077, 0);
  await writeFile(join(path, scoped, "broken.json"), "{");
  assert.deepEqual(await new FileStore(path).read("a"), [{ key: "k", value: 1 }]);
});

for (const [name, make] of Object.entries(kinds).filter(([name]) => name !== "IndexedDbStore")) {
  test(`Pages_AreReadableWithoutAServer_${name}`, async () => {
    const server = new ScriptedServer();
    const store = make();
    const friend = { account: "ben", displayName: "Ben", state: "friend" };
    const { client, stream } = await server.online({
      ann: { contacts: [friend], settings: { a: 1 }, custom: { b: [2] }, mailboxes: [{ address: "a@x", state: "open" }], presence: { ben: { status: "online" } } },
      game: {},
    }, { store });
    stream.message("ann", 1);
    const found = client.findMailContacts("ann", "A@x");
    stream.answer(await stream.expect("mail.contacts"), { contacts: [{ address: "b@x" }] });
    await found;
    await client.close();

    server.isDown = true;
    const offline = server.client({ store: name === "MemoryStore" ? store : make() });
    await offline.open();
    const page = offline.page("ann");
    assert.deepEqual([...offline.pages.keys()], ["ann", "game"]);
    assert.equal(page.isLocal, true);
    assert.deepEqual(page.contacts.get("ben"), friend);
    assert.deepEqual([page.settings.get("a"), page.custom.get("b"), page.unread.get("ben"), page.cursor], [1, [2], 1, 1]);
    assert.equal(page.presence.size, 0);
    assert.equal(page.mailboxes.get("a@x").state, "open");
    assert.equal(offline.conversation("ann", "ben")[0].body, "text 1");
    assert.deepEqual(await offline.storedMailContacts("ann", "a@x"), [{ address: "b@x" }]);
    assert.equal(offline.ofType("PageOpened").length, 2);
    await assert.rejects(offline.history("ann"), { code: "unavailable" });

    server.isDown = false;
    const connected = offline.connect();
    const again = await server.next();
    assert.deepEqual((await again.greet({ ann: { cursor: 2, resumed: true }, game: { resumed: true } })).resume, { ann: 1, game: 0 });
    again.message("ann", 2);
    await soon(connected, "the session");
    assert.deepEqual(offline.page("ann").recent.map(event => event.seq), [1, 2]);
    await offline.close();
  });
}

test("Store_ThatFails_IsReportedOnceAndTheClientWorks", async () => {
  const server = new ScriptedServer();
  const errors = [];
  const broken = () => Promise.reject(new Error("no space"));
  const { client, stream } = await server.online({ ann: {} }, {
    store: { read: broken, write: broken, clear: broken, close: async () => {} }, onError: error => errors.push(error.message),
  });
  const end = client.send("ann", "ben", "x");
  stream.answer(await stream.expect("send"), { id: "m", seq: 1, sentAt: "" });
  await soon(end, "the answer");
  await client.close();
  assert.deepEqual(errors, ["no space"]);
});

test("Page_OfASlowerTab_DoesNotUndoThatOfAFasterOne", async () => {
  const server = new ScriptedServer();
  const store = new MemoryStore();
  const one = await server.online({ ann: {} }, { store });
  const two = await server.online({ ann: {} }, { store });
  [1, 2, 3].forEach(seq => one.stream.message("ann", seq));
  two.stream.message("ann", 1);
  await one.client.close();
  await two.client.close();
  const third = server.client({ store });
  await third.open();
  assert.equal(third.page("ann").cursor, 3);
  await third.close();
});

test("Page_Reloaded_ReplacesTheStoredOneThoughItsCursorIsLower", async () => {
  const server = new ScriptedServer();
  const store = new MemoryStore();
  const { client } = await server.online({ ann: { cursor: 900 } }, { store });
  await client.close();
  const again = await server.online({ ann: { cursor: 2 } }, { store });
  assert.ok(again.client.ofType("PageOpened").at(-1).reloaded);
  await again.client.close();
  assert.equal((await store.read(scope)).find(({ key }) => key === "ann/page").value.cursor, 2);
});

/** Web Locks, as browsers have them and Node does not everywhere. */
function withLocks(context) {
  const held = new Map();
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  context.after(() => own ? Object.defineProperty(globalThis, "navigator", own) : delete globalThis.navigator);
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: {
      locks: {
        async request(name, use) {
          held.set(name, { name });
          await use();
          held.delete(name);
        },
        query: async () => ({ held: [...held.values()], pending: [] }),
      },
    },
  });
}

test("Tabs_LeaveEachOthersQueueAlone_UntilOneIsGone", async context => {
  withLocks(context);
  const server = new ScriptedServer();
  const store = new MemoryStore();
  const offline = { reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 }, store };
  const one = await server.online({ ann: {} }, offline);
  one.stream.close();
  one.client.enqueue("ann", "ben", "of tab one", { cid: "c1" });
  await eventually(async () => (await store.read(scope)).some(({ key }) => key === "ann/out/c1"), "the message is kept");

  const two = await server.online({ ann: { resumed: true } }, offline);
  assert.deepEqual(two.client.outbox(), []);
  await one.client.close();
  two.stream.close();
  two.client.reconnect();
  await eventually(() => two.client.status === "offline", "it saw the end");
  two.client.reconnect();
  const again = await server.next();
  await again.greet({ ann: { resumed: true } });
  assert.equal((await again.expect("send")).cid, "c1");

  const three = await server.online({ ann: { resumed: true } }, offline);
  const signedOut = three.client.once("SignedOut");
  await two.client.signOut();
  assert.equal((await soon(signedOut, "the other tab")).closeCode, 4004);
  assert.deepEqual(await store.read(scope), []);
  await two.client.close();
  await three.client.close();
});

test("SignOut_OfOneSession_LeavesAnotherOfTheAccountAlone", async context => {
  withLocks(context);
  const server = new ScriptedServer();
  const store = new MemoryStore();
  const mine = await server.online({ ann: {} }, { store });
  const other = await server.online({ ann: { resumed: true } }, { store, session: { account: "ann", token: "another" }, reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 } });
  other.stream.close();
  other.client.enqueue("ann", "ben", "of the other", { cid: "c1" });
  await mine.client.signOut();
  await eventually(async () => (await store.read(scope)).length === 2, "the other has kept its page and message again");
  assert.equal(other.client.ofType("SignedOut").length, 0);
  await mine.client.close();
  await other.client.close();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../orleansim.js";
import { ScriptedServer, eventually, settle, soon } from "./support/scripted.js";

const scope = "http://im.test/ ann";
const slow = { initialMs: 3_600_000, maxMs: 3_600_000 };
let sent = 0;

/** Answers the next send. */
async function store(stream, seq, more) {
  const frame = await stream.expect("send");
  stream.answer(frame, { id: `m${seq}`, seq, sentAt: "2026-01-01T00:00:00.000Z", ...more });
  return frame;
}

test("Message_QueuedOffline_IsSentInOrderWithTheNextConnection", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  stream.close();
  const ends = ["one", "two", "three"].map(body => client.send("ann", "ben", body));
  assert.deepEqual(client.outbox("ann", "ben").map(({ body, state }) => [body, state]), [["one", "queued"], ["two", "queued"], ["three", "queued"]]);
  const next = await server.next();
  await next.greet({ ann: { resumed: true } });
  const frames = [await store(next, 1), await store(next, 2), await store(next, 3)];
  assert.deepEqual(frames.map(frame => frame.body), ["one", "two", "three"]);
  assert.equal(new Set(frames.map(frame => frame.cid)).size, 3);
  const answers = await soon(Promise.all(ends), "the answers");
  assert.deepEqual(answers.map(answer => [answer.seq, answer.cid]), frames.map((frame, i) => [i + 1, frame.cid]));
  await client.close();
});

test("Message_WithoutAnAnswer_IsSentAgainUnderItsCid", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const end = client.send("ann", "ben", "once");
  const first = await stream.expect("send");
  stream.close();
  const next = await server.next();
  await next.greet({ ann: { resumed: true } });
  const second = await store(next, 1);
  assert.equal(second.cid, first.cid);
  await soon(end, "the answer");
  await client.close();
});

test("Refusal_ThatMayPass_IsTriedAgain_AndTheNextMessageWaits", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  client.enqueue("ann", "ben", "first");
  client.enqueue("ann", "ben", "second");
  const cids = [];
  for (const code of ["unavailable", "slow_down", "internal"]) {
    const frame = await stream.expect("send");
    cids.push(frame.cid);
    stream.refuse(frame, code, { retryAfterMs: 2 });
  }

  cids.push((await store(stream, 1)).cid);
  assert.equal(new Set(cids).size, 1);
  assert.equal((await store(stream, 2)).body, "second");
  await client.close();
});

test("Refusal_ThatStays_FailsTheMessageAndNotTheOthers_AndCanBeRetried", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const end = client.send("ann", "ben", "no", { cid: "c1" });
  const other = client.send("ann", "ben", "yes");
  stream.refuse(await stream.expect("send"), "not_friends");
  await assert.rejects(end, { code: "not_friends", canRetry: false });
  await store(stream, 1);
  await soon(other, "the other");
  const [failed] = client.outbox("ann");
  assert.deepEqual([failed.cid, failed.state, failed.error.code], ["c1", "failed", "not_friends"]);
  assert.equal(client.retry("c1").state, "queued");
  assert.equal((await store(stream, 2)).cid, "c1");
  await eventually(() => client.outbox().find(message => message.cid === "c1").state === "sent", "it is sent");
  assert.throws(() => client.retry("c1"), { code: "invalid_argument" });
  await client.close();
});

test("ServerFault_AgainAndAgain_IsGivenUp", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const end = client.send("ann", "ben", "x");
  end.catch(() => {});
  for (let i = 0; i < 5; i++) {
    stream.refuse(await stream.expect("send"), "internal");
  }

  await assert.rejects(end, { code: "internal" });
  await client.close();
});

test("Peers_DoNotWaitForEachOther", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {}, game: {} });
  client.enqueue("ann", "ben", "a");
  client.enqueue("ann", "zoe", "b");
  client.enqueue("game", "ben", "c");
  const frames = [await stream.expect("send"), await stream.expect("send"), await stream.expect("send")];
  assert.deepEqual(frames.map(frame => `${frame.as} ${frame.to} ${frame.body}`), ["ann ben a", "ann zoe b", "game ben c"]);
  await client.close();
});

test("Queue_SurvivesAReload_AndWhatWasSentDoesNot", async () => {
  const server = new ScriptedServer();
  const kept = new MemoryStore();
  const { client, stream } = await server.online({ ann: {} }, { store: kept });
  client.enqueue("ann", "ben", "was sent", { cid: "c0" });
  await store(stream, 1);
  client.enqueue("ann", "ben", "will fail", { cid: "c1" });
  stream.refuse(await stream.expect("send"), "blocked");
  await eventually(() => client.outbox().some(message => message.state === "failed"), "it failed");
  client.enqueue("ann", "ben", "no answer", { cid: "c2" });
  client.enqueue("ann", "group:g", "not sent", { cid: "c3", mentions: ["ben"], kind: "note" });
  await stream.expect("send");
  await client.close();

  const again = server.client({ store: kept });
  await again.open();
  assert.deepEqual(again.outbox().map(({ cid, state }) => [cid, state]), [["c1", "failed"], ["c2", "queued"], ["c3", "queued"]]);
  assert.equal(again.status, "local");
  assert.equal(again.page("ann").isLocal, true);
  const connected = again.connect();
  const next = await server.next();
  await next.greet({ ann: { resumed: true } });
  await soon(connected, "the session");
  assert.equal(again.page("ann").isLocal, false);
  const frames = [await store(next, 2), await store(next, 3)];
  assert.deepEqual(frames.map(({ cid, body, mentions, kind }) => [cid, body, mentions, kind]),
    [["c2", "no answer", undefined, "text"], ["c3", "not sent", ["ben"], "note"]]);
  await eventually(async () => !(await kept.read(scope)).some(({ key }) => /c[23]$/.test(key)), "the store has forgotten what was sent");
  await again.close();
});

test("State_GoesFromQueuedToRead", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  client.enqueue("ann", "ben", "x", { cid: "c" });
  const line = () => client.conversation("ann", "ben").map(({ key, state }) => [key, state]);
  assert.deepEqual(line(), [["cid:c", "queued"]]);
  const frame = await stream.expect("send");
  stream.message("ann", 1, { from: "ann", to: "ben", body: "x", cid: "c" });
  assert.deepEqual(line(), [["cid:c", "sent"]], "the event may come before the answer");
  stream.answer(frame, { id: "m1", seq: 1, sentAt: "2026-01-01T00:00:00.000Z" });
  await settle();
  stream.event("ann", 2, "receipt", { by: "ben", peer: "ben", upTo: 1, what: "delivered" });
  await settle();
  assert.deepEqual(line(), [["cid:c", "delivered"]]);
  stream.event("ann", 3, "receipt", { by: "ben", peer: "ben", upTo: 1, what: "read" });
  assert.deepEqual(line(), [["cid:c", "read"]]);
  assert.deepEqual(client.ofType("OutgoingChanged").map(event => event.message.state), ["queued", "sent", "delivered", "read"]);
  await client.close();
});

test("Conversation_OfAGroup_HasNothingTwice", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  client.enqueue("ann", "group:g", "x", { cid: "c" });
  const frame = await stream.expect("send");
  stream.message("ann", 1, { id: "id1", from: "ann", to: "group:g", body: "x" });
  assert.deepEqual(client.conversation("ann", "group:g").map(line => line.key), ["cid:c"]);
  stream.answer(frame, { id: "id1", seq: 1, sentAt: "2026-01-01T00:00:00.000Z" });
  await settle();
  assert.deepEqual(client.conversation("ann", "group:g").map(line => line.key), ["cid:c"]);
  stream.message("ann", 2, { from: "ben", to: "group:g", body: "y" });
  client.enqueue("ann", "group:g", "z", { cid: "d" });
  const older = [{ ...client.ofType("MessageReceived")[0], seq: 0, id: "id0", body: "old" }, client.ofType("MessageReceived")[1]];
  assert.deepEqual(client.conversation("ann", "group:g", older).map(line => [line.key, line.body, line.isOwn]),
    [["id:id0", "old", true], ["cid:c", "x", true], ["id:m2", "y", false], ["cid:d", "z", true]]);
  await client.close();
});

test("Message_TakenBackBeforeItIsSentOff_IsGone", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {} }, { reconnect: slow });
  stream.close();
  const stop = new AbortController();
  const end = client.send("ann", "ben", "x", { signal: stop.signal });
  client.enqueue("ann", "ben", "y", { cid: "y" });
  stop.abort(new Error("changed my mind"));
  await assert.rejects(end, /changed my mind/);
  assert.equal(client.discard("y"), true);
  assert.equal(client.discard("y"), false);
  assert.deepEqual(client.outbox(), []);
  await client.close();
});

test("Message_InFlight_CanNotBeTakenBack", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  client.enqueue("ann", "ben", "x", { cid: "x" });
  await stream.expect("send");
  assert.equal(client.discard("x"), false);
  await client.close();
});

test("Message_ThatCanNeverBeSent_IsRefusedAtOnce", async () => {
  const server = new ScriptedServer();
  const { client } = await server.online({ ann: {} }, { outboxLimit: 1 });
  await assert.rejects(client.send("zoe", "ben", "x"), { code: "forbidden" });
  await assert.rejects(client.send("ann", "ben", "é".repeat(40_000)), { code: "too_large" });
  client.enqueue("ann", "ben", "1");
  await assert.rejects(client.send("ann", "ben", "2"), { code: "limit_reached" });
  await client.close();
  await assert.rejects(client.send("ann", "ben", "x"), { code: "unavailable" });
});

test("SameCid_IsOneMessage", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const ends = [client.send("ann", "ben", "x", { cid: "c" }), client.send("ann", "ben", "x", { cid: "c" })];
  await store(stream, 1);
  assert.deepEqual((await soon(Promise.all(ends), "both")).map(answer => answer.seq), [1, 1]);
  await client.close();
});

test("Token_Expired_KeepsTheQueueForTheNextSignIn", async () => {
  const server = new ScriptedServer();
  const kept = new MemoryStore();
  const { client, stream } = await server.online({ ann: {} }, { store: kept });
  client.enqueue("ann", "ben", "x", { cid: `c${sent++}` });
  await stream.expect("send");
  stream.bye(4001, { reconnect: false });
  await eventually(() => client.status === "signedOut", "it is signed out");
  server.http["/v1/login"] = [200, { account: "ann", token: "new", via: "account" }];
  const signedIn = client.signIn("ann", "secret");
  const next = await server.next();
  assert.equal((await next.greet({ ann: { resumed: true } })).token, "new");
  assert.equal((await soon(signedIn, "the session")).token, "new");
  await store(next, 1);
  await client.close();
});

test("SignOut_FromElsewhere_ClearsTheStore", async () => {
  const server = new ScriptedServer();
  const kept = new MemoryStore();
  const { client, stream } = await server.online({ ann: {} }, { store: kept });
  const end = client.send("ann", "ben", "x");
  await stream.expect("send");
  await eventually(async () => (await kept.read(scope)).length === 2, "a page and a message are kept");
  stream.bye(4004, { reconnect: false });
  await assert.rejects(end, { code: "unauthenticated" });
  await eventually(async () => (await kept.read(scope)).length === 0, "nothing is kept");
  assert.equal(client.ofType("SignedOut")[0].closeCode, 4004);
  assert.deepEqual([client.session, client.outbox().length, client.status], [null, 0, "signedOut"]);
  await client.close();
  assert.deepEqual(await kept.read(scope), []);
});

test("SignOut_ThatTheStreamHearsOfFirst_ReturnsWhenTheStoreIsCleared", async () => {
  const server = new ScriptedServer();
  const kept = new MemoryStore();
  const { clear } = kept;
  let cleared = false;
  kept.clear = async which => {
    await settle();
    await settle();
    await clear.call(kept, which);
    cleared = true;
  };
  const { client, stream } = await server.online({ ann: {} }, { store: kept });
  server.http["/v1/logout"] = async () => {
    stream.bye(4004, { reconnect: false });
    await eventually(() => client.status === "signedOut", "the stream has heard of it");
    return [204];
  };
  await client.signOut();
  assert.equal(cleared, true);
  assert.deepEqual(client.ofType("SignedOut").map(event => event.error), [null]);
  await client.close();
});

test("SignOut_ForgetsEverything_EvenIfTheServerCanNotBeTold", async () => {
  const server = new ScriptedServer();
  const kept = new MemoryStore();
  const { client, stream } = await server.online({ ann: {} }, { store: kept });
  const end = client.send("ann", "ben", "x");
  await stream.expect("send");
  delete server.http["/v1/logout"];
  await assert.rejects(client.signOut(), { code: "unavailable" });
  await assert.rejects(end);
  assert.deepEqual(await kept.read(scope), []);
  assert.deepEqual([client.session, client.pages.size, client.outbox().length, client.status], [null, 0, 0, "signedOut"]);
  assert.equal(client.ofType("SignedOut")[0].error, null);
  await client.close();
});

test("Account_ThatLeaves_TakesItsMessagesAndItsRecordsAlong", async () => {
  const server = new ScriptedServer();
  const kept = new MemoryStore();
  const { client, stream } = await server.online({ ann: {}, game: {} }, { store: kept });
  const end = client.send("game", "ben", "x");
  await stream.expect("send");
  await eventually(async () => (await kept.read(scope)).length === 3, "two pages and a message are kept");
  stream.event("game", null, "pageGone", { reason: "unlinked" });
  await assert.rejects(end, { code: "forbidden" });
  await eventually(async () => (await kept.read(scope)).every(({ key }) => key.startsWith("ann/")), "nothing of game is kept");
  await client.close();
});

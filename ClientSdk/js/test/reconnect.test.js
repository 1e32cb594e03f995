import assert from "node:assert/strict";
import { test, mock } from "node:test";
import { MemoryStore } from "../orleansim.js";
import { endOf, goesOn, pauseMs } from "../lib/reconnect-rules.js";
import { ScriptedServer, eventually, settle, soon } from "./support/scripted.js";

test("Connection_Broken_IsResumedWithTheCursorsAndWhatTheUserSaid", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: { cursor: 4 }, game: { cursor: 7 } }, { presence: { status: "away" } });
  stream.message("ann", 5);
  const said = client.setPresence("invisible", { as: "game" });
  stream.answer(await stream.expect("presence"));
  await said;
  stream.close();

  const next = await server.next();
  const hello = await next.greet({ ann: { cursor: 5, resumed: true }, game: { cursor: 7, resumed: true } });
  assert.deepEqual(hello.resume, { ann: 5, game: 7 });
  assert.deepEqual(hello.presence, { "*": { status: "away" }, game: { status: "invisible" } });
  await eventually(() => client.ofType("Reconnected").length === 1, "it is back");
  assert.equal(client.ofType("Reconnecting").length, 1);
  assert.equal(client.ofType("Ready").length, 1);
  assert.equal(client.status, "online");
  await client.close();
});

for (const [code, reconnect] of [[4000, true], [4001, false], [4002, false], [4003, true], [4004, false], [4008, true], [1006, true], [1011, true]]) {
  test(`CloseCode_${code}_${reconnect ? "Reconnects" : "EndsTheSession"}`, async () => {
    const server = new ScriptedServer();
    const { client, stream } = await server.online();
    stream.close(code);
    if (reconnect) {
      await (await server.next()).greet({ ann: { resumed: true } });
      await eventually(() => client.ofType("Reconnected").length === 1, "it is back");
    } else {
      await eventually(() => client.ofType("SignedOut").length === 1, "it is signed out");
      assert.equal(client.ofType("SignedOut")[0].closeCode, code);
      assert.equal(client.status, "signedOut");
      assert.equal(client.session, null);
      assert.ok(client.page("ann"), "the page stays readable");
      await assert.rejects(client.ping(), { code: "unauthenticated" });
      await settle();
      assert.equal(server.count, 1);
    }

    await client.close();
  });
}

test("Bye_SaysWhetherAndWhen", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  stream.bye(4000, { reconnect: true, afterMs: 30 });
  const [first] = await soon(Promise.all([client.once("Reconnecting"), server.next().then(next => next.bye(4000, { reconnect: false }))]), "a second connection");
  assert.equal(first.delayMs, 30);
  await eventually(() => client.ofType("SignedOut").length === 1, "it stops");
  await client.close();
});

test("Rules_PauseThatTheServerAsksFor_IsADayAtMost", () => {
  const end = endOf(4000, { code: 4000, reconnect: true, afterMs: 1e15 });
  assert.equal(end.error.retryAfterMs, 86_400_000);
  assert.equal(pauseMs(end, 0, { initialMs: 1, maxMs: 2, jitter: 0 }, 0.5), 86_400_000);
});

test("Rules_PauseGrowsIsJitteredAndKeepsToWhatTheServerAsks", () => {
  const policy = { initialMs: 500, maxMs: 30_000, jitter: 0.5 };
  const broken = endOf(1006);
  assert.deepEqual([0, 1, 2, 10].map(attempt => pauseMs(broken, attempt, policy, 0)), [500, 1000, 2000, 30_000]);
  assert.equal(pauseMs(broken, 1, policy, 0.5), 750);
  assert.equal(pauseMs(endOf(4000), 0, policy, 0), 0);
  assert.equal(pauseMs(endOf(4000), 1, policy, 0), 1000);
  assert.equal(pauseMs(endOf(4008, { code: 4008, reconnect: true, afterMs: 9000 }), 0, policy, 0), 9000);
  assert.equal(goesOn(endOf(4999)), true);
});

test("Token_Refused_FailsConnectAndSignsOut", async () => {
  const server = new ScriptedServer();
  const client = server.client();
  const connected = client.connect();
  const stream = await server.next();
  stream.refuse(await stream.expect("hello"), "unauthenticated");
  await assert.rejects(connected, { code: "unauthenticated" });
  assert.equal(client.ofType("SignedOut")[0].closeCode, 4001);
  assert.equal(client.status, "signedOut");
  await client.close();
});

test("Server_NotReachable_IsTriedAgainByConnectAndReportedBySignIn", async () => {
  const server = new ScriptedServer();
  server.isDown = true;
  const client = server.client({ session: null });
  await assert.rejects(client.signIn("ann", "secret"), { code: "unavailable" });
  assert.deepEqual([client.ofType("SignedOut").length, client.status, client.session.token], [0, "signedOut", "t"]);
  const connected = client.connect();
  await eventually(() => server.count > 4, "it tries again");
  server.isDown = false;
  await (await server.next()).greet();
  await soon(connected, "the session");
  await client.close();
});

test("Connect_GivenUp_EndsAndCanBeTriedAgain", async () => {
  const server = new ScriptedServer();
  server.isDown = true;
  const client = server.client();
  const stop = new AbortController();
  const connected = client.connect(undefined, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(connected, /enough/);
  const count = server.count;
  await settle();
  assert.ok(server.count <= count + 1);
  server.isDown = false;
  const again = client.connect();
  await (await server.next()).greet();
  await soon(again, "the session");
  await client.close();
});

test("Stream_NotReadyInTime_IsTriedAgain", async () => {
  const server = new ScriptedServer();
  const client = server.client({ connectTimeoutMs: 50 });
  const connected = client.connect();
  await server.next();
  await (await server.next()).greet();
  await soon(connected, "the session");
  assert.equal(client.ofType("Reconnecting")[0].error.code, "unavailable");
  await client.close();
});

test("Server_SilentForTwoHeartbeats_IsLeft", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {} }, {}, { heartbeatMs: 20 });
  await stream.expect("ping");
  await (await server.next()).greet({ ann: { resumed: true } });
  await eventually(() => client.ofType("Reconnected").length === 1, "it is back");
  assert.match(client.ofType("Reconnecting")[0].error.message, /silent/);
  await client.close();
});

test("Ping_Answered_KeepsTheConnection_AlsoAfterTheDeviceSlept", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  try {
    const server = new ScriptedServer();
    const client = server.client();
    const connected = client.connect();
    const stream = await server.next();
    await stream.greet({ ann: {} }, { heartbeatMs: 1000 });
    await connected;
    for (const ms of [1000, 1000, 1000, 60_000, 1000]) {
      mock.timers.tick(ms);
      stream.answer(await stream.expect("ping"));
    }

    assert.equal(server.count, 1);
    mock.timers.tick(1000);
    await stream.expect("ping");
    mock.timers.tick(1000);
    await settle();
    assert.equal(client.status, "offline");
    await client.close();
  } finally {
    mock.timers.reset();
  }
});

test("Error_WithoutAClose_IsTheEndToo", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  stream.socket.onerror({});
  stream.close();
  await (await server.next()).greet({ ann: { resumed: true } });
  await eventually(() => client.ofType("Reconnected").length === 1, "it is back");
  assert.equal(client.ofType("Reconnecting").length, 1);
  await client.close();
});

test("Reconnect_CutsThePauseShort", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {} }, { reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 } });
  stream.close();
  await eventually(() => client.status === "offline", "it waits");
  client.reconnect();
  await (await server.next()).greet({ ann: { resumed: true } });
  await eventually(() => client.status === "online", "it is back");
  await client.close();
});

test("Requests_OfABrokenConnection_FailAndCanBeRepeated", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {} }, { reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 } });
  const asked = client.history("ann");
  await stream.expect("history");
  stream.close();
  await assert.rejects(asked, { code: "unavailable", canRetry: true });
  await assert.rejects(client.history("ann"), { code: "unavailable" });
  await client.close();
});

test("Garbage_FromTheServer_IsNoCrash", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  stream.raw("{not json");
  await (await server.next()).greet({ ann: { resumed: true } });
  await eventually(() => client.ofType("Reconnected").length === 1, "it is back");
  assert.equal(client.ofType("Reconnecting")[0].error.code, "internal");
  await client.close();
});

test("SignOut_ElsewhereInTheBrowserSession_ClearsTheStore", async () => {
  const server = new ScriptedServer();
  const store = new MemoryStore();
  const { client, stream } = await server.online({ ann: {} }, { store });
  const scope = "http://im.test/ ann";
  await eventually(async () => (await store.read(scope)).length > 0, "the page is kept");
  stream.close(4004);
  await eventually(async () => (await store.read(scope)).length === 0, "the store is cleared");
  await client.close();
});

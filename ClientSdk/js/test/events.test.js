import assert from "node:assert/strict";
import { test } from "node:test";
import { ScriptedServer, eventually, settle, soon } from "./support/scripted.js";

test("Handler_OfATypeAndAPage_HearsThatAndEndsWithItsOffOrSignal", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {}, game: {} });
  const heard = [];
  const stop = new AbortController();
  const off = client.on("MessageReceived", event => heard.push(`all ${event.seq}`));
  client.on("MessageReceived", event => heard.push(`game ${event.seq}`), { account: "GAME" });
  client.on("*", event => heard.push(event.type), { signal: stop.signal, account: "ann" });
  stream.message("ann", 1);
  stop.abort();
  off();
  stream.message("ann", 2);
  stream.message("game", 1);
  assert.deepEqual(heard, ["all 1", "MessageReceived", "game 1"]);
  await client.close();
});

test("Handler_ThatCausesEvents_DoesNotDisturbTheOrder", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const one = [];
  const two = [];
  client.on("MessageReceived", () => client.enqueue("ann", "ben", "answer"));
  client.on("*", event => one.push(event.type));
  client.on("*", event => two.push(event.type));
  stream.message("ann", 1);
  assert.deepEqual(one, ["MessageReceived", "OutgoingChanged"]);
  assert.deepEqual(two, one);
  await client.close();
});

test("Handler_ThatThrows_IsReportedAndTheOthersGoOn", async () => {
  const server = new ScriptedServer();
  const errors = [];
  const { client, stream } = await server.online({ ann: {} }, { onError: error => errors.push(error.message) });
  client.on("MessageReceived", () => { throw new Error("sync"); });
  client.on("MessageReceived", async () => { throw new Error("async"); });
  const got = client.once("MessageReceived", { where: event => event.seq === 2 });
  stream.message("ann", 1);
  stream.message("ann", 2);
  assert.equal((await soon(got, "the second")).seq, 2);
  await settle();
  assert.deepEqual(errors.sort(), ["async", "async", "sync", "sync"]);
  await client.close();
});

test("Iteration_BeginsWithThePages_AndEndsWithTheClient", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {}, game: {} });
  const types = ["PageOpened", "Ready", "MessageReceived"];
  const events = client.events({ types });
  stream.message("ann", 1);
  const seen = [];
  const reading = (async () => {
    for await (const event of events) {
      seen.push(`${event.type} ${event.account}`);
    }
  })();
  await settle();
  stream.message("game", 1);
  await settle();
  await client.close();
  await soon(reading, "the end of the iteration");
  assert.deepEqual(seen, ["PageOpened ann", "PageOpened game", "Ready ", "MessageReceived ann", "MessageReceived game"]);
});

test("Iteration_ThatIsTooSlow_FailsAfterWhatItHolds", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {} }, { eventBuffer: 3 });
  const events = client.events({ types: ["MessageReceived"] });
  for (let seq = 1; seq <= 10; seq++) {
    stream.message("ann", seq);
  }

  const seen = [];
  await assert.rejects(async () => {
    for await (const event of events) {
      seen.push(event.seq);
    }
  }, { code: "limit_reached" });
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(client.page("ann").cursor, 10);
  await client.close();
});

test("Iteration_EndedByBreakOrSignal_LetsGo", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {} }, { eventBuffer: 2 });
  for await (const event of client.events()) {
    assert.equal(event.type, "PageOpened");
    break;
  }

  const stop = new AbortController();
  const events = client.events({ signal: stop.signal, types: ["MessageReceived"] });
  const next = events.next();
  stop.abort(new Error("enough"));
  await assert.rejects(soon(next, "the end"), /enough/);
  assert.equal((await events.next()).done, true);
  stream.message("ann", 1);
  await client.close();
});

test("Once_Aborted_Fails", async () => {
  const server = new ScriptedServer();
  const { client } = await server.online();
  await assert.rejects(client.once("MessageReceived", { signal: AbortSignal.abort(new Error("no")) }), /no/);
  const waiting = client.once("MessageReceived");
  await client.close();
  await assert.rejects(waiting, { code: "unavailable" });
  await eventually(() => client.status === "signedOut", "it is closed");
});

test("Message_OfTheService_IsToldApartFromThoseOfPeople", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const heard = [];
  client.on("MessageReceived", event => heard.push([event.peer, event.isFromService, event.isOwn]));
  stream.message("ann", 1, { from: "@service", body: "Maintenance at noon." });
  stream.message("ann", 2, { from: "service", kind: "service" });
  assert.deepEqual(heard, [["@service", true, false], ["service", false, false]]);
  assert.equal(client.page("ann").unread.get("@service"), 1);
  assert.deepEqual(client.conversation("ann", "@service").map(line => [line.from, line.body, line.state]), [["@service", "Maintenance at noon.", null]]);
  await client.close();
});

test("Event_OfATypeThatIsNone_IsRefusedByName", async () => {
  const server = new ScriptedServer();
  const { client } = await server.online();
  const refused = { code: "invalid_argument", message: /^There is no event MesageReceived\. There are: PageOpened, .*MessageReceived, / };
  assert.throws(() => client.on("MesageReceived", () => {}), refused);
  await assert.rejects(client.once("MesageReceived"), refused);
  assert.throws(() => client.events({ types: ["Ready", "MesageReceived"] }), refused);
  await client.close();
});

test("Client_ThatWasClosed_SaysThatTryingAgainIsNoHelp", async () => {
  const server = new ScriptedServer();
  const { client } = await server.online();
  const [awaited, sent, asked] = [client.once("MessageReceived"), client.send("ann", "ben", "hello"), client.ping()].map(end => assert.rejects(end, { code: "unavailable", canRetry: false }));
  await client.close();
  await soon(Promise.all([awaited, sent, asked]), "the ends");
  await assert.rejects(client.signIn("ann", "password"), { code: "unavailable", canRetry: false });
  await assert.rejects(client.once("MessageReceived"), { code: "unavailable", canRetry: false });
});

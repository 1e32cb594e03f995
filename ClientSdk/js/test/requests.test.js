import assert from "node:assert/strict";
import { test } from "node:test";
import { ImClient, ImError } from "../orleansim.js";
import { ScriptedServer, soon } from "./support/scripted.js";

test("Answers_MayOvertakeOneAnother", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const one = client.request("one");
  const two = client.request("two", { as: "ann" });
  const [first, second] = [await stream.expect("one"), await stream.expect("two")];
  stream.answer(second, { n: 2 });
  stream.answer(first, { n: 1 });
  assert.deepEqual(await soon(Promise.all([one, two]), "both"), [{ n: 1 }, { n: 2 }]);
  await client.close();
});

test("Refusal_IsAnImErrorWithItsCode", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const asked = client.requestContact("ann", "ben", "hi");
  const frame = await stream.expect("contacts.request");
  assert.deepEqual([frame.as, frame.account, frame.greeting], ["ann", "ben", "hi"]);
  stream.refuse(frame, "slow_down", { retryAfterMs: 1500 });
  await assert.rejects(asked, error => error instanceof ImError && error.code === "slow_down" && error.retryAfterMs === 1500 && error.canRetry);
  await client.close();
});

test("SignInWithJwt_PostsTheTokenAndNothingElse", async () => {
  const server = new ScriptedServer();
  server.http["/v1/login"] = [200, { account: "game.1", token: "t", via: "jwt", expiresAt: "2030-01-01T00:00:00.000Z" }];
  const client = server.client();
  const signedIn = client.signInWithJwt("a.b.c");
  const stream = await server.next();
  await stream.greet({ "game.1": {} });
  const session = await soon(signedIn, "the sign-in");
  assert.deepEqual([session.account, session.via], ["game.1", "jwt"]);
  const { path, body } = server.calls[0];
  assert.deepEqual([path, body.jwt, body.login, body.password], ["/v1/login", "a.b.c", undefined, undefined]);
  const linked = client.addLinks([{ account: "game.2", jwt: "d.e.f" }]);
  const frame = await stream.expect("link.add");
  assert.deepEqual(frame.accounts, [{ account: "game.2", jwt: "d.e.f" }]);
  stream.answer(frame, { linked: [], rejected: [] });
  await linked;
  await client.close();
});

test("Request_WithoutAnAnswer_TimesOut", async () => {
  const server = new ScriptedServer();
  const { client } = await server.online({ ann: {} }, { requestTimeoutMs: 20 });
  await assert.rejects(client.ping(), { code: "unavailable" });
  await client.close();
});

test("Request_Aborted_FailsWithTheReasonOfTheSignal", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const stop = new AbortController();
  const asked = client.getGroup("ann", "g", { signal: stop.signal });
  const frame = await stream.expect("groups.get");
  stop.abort(new Error("enough"));
  await assert.rejects(asked, /enough/);
  stream.answer(frame, { group: { id: "g", members: [] } });
  await assert.rejects(client.ping({ signal: stop.signal }), /enough/);
  await client.close();
});

test("Mail_Sent_IsAskedAgainUnderItsCidAcrossConnectionsAndConflicts", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const sent = client.sendMail("ann", { mailbox: "a@x", to: ["ben"], subject: "s", text: "t" });
  const first = await stream.expect("mail.send");
  stream.close();
  const next = await server.next();
  await next.greet({ ann: { resumed: true } });
  const second = await next.expect("mail.send");
  assert.equal(second.cid, first.cid);
  next.refuse(second, "conflict");
  const third = await next.expect("mail.send");
  assert.equal(third.cid, first.cid);
  next.answer(third, { sent: ["ben"], failed: [] });
  assert.deepEqual(await soon(sent, "the answer"), { cid: first.cid, sent: ["ben"], failed: [] });
  await client.close();
});

test("Http_Refusal_IsAnImErrorAndAPasswordGoesNowhereElse", async () => {
  const server = new ScriptedServer();
  const client = server.client({ device: "laptop" });
  server.http["/v1/login"] = [429, { error: { code: "slow_down", message: "Later." } }, { "retry-after": "7" }];
  await assert.rejects(client.signIn("ann", "secret"), { code: "slow_down", retryAfterMs: 7000 });
  assert.deepEqual(server.calls[0].body, { login: "ann", password: "secret", device: "laptop" });
  assert.equal(server.calls[0].redirect, "error");
  server.http["/v1/login"] = [502, "<html>"];
  await assert.rejects(client.signIn("ann", "secret"), { code: "unavailable" });
  delete server.http["/v1/login"];
  await assert.rejects(client.signIn("ann", "secret"), { code: "unavailable" });
  server.http["/v1/accounts"] = [201, { account: "zoe" }];
  assert.equal(await client.register("Zoe", "secret", { displayName: "Zoe" }), "zoe");
  await client.close();
});

test("Token_TravelsInTheHeader", async () => {
  const server = new ScriptedServer();
  const { client } = await server.online();
  await client.changePassword("old", "new");
  assert.equal(server.calls.at(-1).headers.authorization, "Bearer t");
  await client.signOut({ everywhere: true });
  assert.deepEqual(server.calls.at(-1).body, { everywhere: true });
  await client.close();
});

test("Server_WithAndWithoutASlashAtItsEnd_IsTheSame", async () => {
  for (const address of ["http://im.test", "http://im.test/", "http://im.test//", "http://im.test/?from=a-link#top"]) {
    const server = new ScriptedServer();
    const { client } = await server.online(undefined, { server: address });
    await client.changePassword("old", "new");
    assert.equal(server.calls.at(-1).path, "/v1/password");
    server.http["/v1/password"] = undefined;
    await assert.rejects(client.changePassword("old", "new"), { code: "unavailable", message: "http://im.test/ cannot be reached: fetch failed" });
    await client.close();
  }
});

test("Server_ThatCannotBeReached_SaysWhyAndWhatToDo", async () => {
  const rows = [
    [{ code: "ECONNREFUSED", message: "connect ECONNREFUSED 127.0.0.1:5080" }, "https://im.test/ cannot be reached: connect ECONNREFUSED 127.0.0.1:5080"],
    [{ code: "ECONNREFUSED", message: "" }, "https://im.test/ cannot be reached: ECONNREFUSED"],
    [{ code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND im.test" }, "https://im.test/ cannot be reached: getaddrinfo ENOTFOUND im.test"],
    [{ code: "ERR_SSL_WRONG_VERSION_NUMBER", message: "00B8:error:0A00010B:SSL routines" },
      "https://im.test/ cannot be reached by TLS (ERR_SSL_WRONG_VERSION_NUMBER). If it speaks http, its address is http://im.test/."],
    [{ code: "UND_ERR_SOCKET", message: "other side closed" }, "https://im.test/ cannot be reached: other side closed"],
    [{ code: "UND_ERR_SOCKET", message: "other side closed" },
      "http://im.test/ does not answer (other side closed). If it speaks https, its address is https://im.test/.", "http://im.test"],
    [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: "self-signed certificate" },
      "https://im.test/ has a certificate that is not trusted here (self-signed certificate). Give the file with it, or with the one it is signed with, as NODE_EXTRA_CA_CERTS."],
  ];
  for (const [cause, message, server = "https://im.test"] of rows) {
    const client = new ImClient({ server, webSocket: class {}, fetch: () => Promise.reject(new TypeError("fetch failed", { cause })) });
    await assert.rejects(client.signIn("ann", "secret"), { code: "unavailable", message });
    await client.close();
  }
});

test("Server_WithoutAScheme_IsRefusedInALine", () => {
  for (const server of ["127.0.0.1:5080", "localhost:5080", "", "http://"]) {
    assert.throws(() => new ImClient({ server, webSocket: class {} }), error => error.code === "invalid_argument"
      && error.message.includes(`server must be an http or https address, such as https://im.example.com or http://127.0.0.1:5080, and ${server} is not`));
  }
});

test("Options_ThatThereAreNot_AreNamed", () => {
  assert.throws(() => new ImClient({ devise: "desk", reconnect: { maxMS: 10 }, webSocket: class {} }),
    { code: "invalid_argument", message: "The options of the client are wrong: there is no option devise; there is no option reconnect.maxMS." });
});

test("Options_ThatAreWrong_AreAllNamed", () => {
  assert.throws(() => new ImClient({ server: "ftp://x", requestTimeoutMs: 0, reconnect: { jitter: 2 }, webSocket: class {} }),
    error => error.code === "invalid_argument" && /server/.test(error.message) && /requestTimeoutMs/.test(error.message) && /jitter/.test(error.message));
});

test("WebSocket_ThatIsNotThere_IsAskedForInALine", () => {
  const there = globalThis.WebSocket;
  globalThis.WebSocket = undefined;
  try {
    assert.throws(() => new ImClient({ server: "http://im.test" }),
      error => error instanceof ImError && error.code === "invalid_argument" && /Node 20 with --experimental-websocket/.test(error.message));
  } finally {
    globalThis.WebSocket = there;
  }
});

test("AppPasswords_AreMadeListedAndRevoked", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const made = client.createAppPassword("ann", "phone");
  const asked = await stream.expect("appPasswords.create");
  assert.deepEqual([asked.as, asked.name], ["ann", "phone"]);
  stream.answer(asked, { id: "p1", name: "phone", password: "secret" });
  assert.equal((await made).password, "secret");
  const listed = client.listAppPasswords("ann");
  stream.answer(await stream.expect("appPasswords.list"), { appPasswords: [{ id: "p1", name: "phone" }] });
  assert.deepEqual(await listed, [{ id: "p1", name: "phone" }]);
  const revoked = client.revokeAppPassword("ann", "p1");
  const last = await stream.expect("appPasswords.revoke");
  assert.equal(last.appPassword, "p1");
  stream.answer(last);
  await revoked;
  await client.close();
});

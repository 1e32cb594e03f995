import assert from "node:assert/strict";
import { test } from "node:test";
import { ScriptedServer, eventually, settle } from "./support/scripted.js";

const friend = { account: "ben", displayName: "Ben", state: "friend" };

test("Page_HasEveryPart", async () => {
  const server = new ScriptedServer();
  const { client } = await server.online({
    ann: {
      profile: { account: "ann", displayName: "Ann" }, settings: { theme: "dark" }, custom: { pet: { hp: 3 } },
      contacts: [friend, { account: "gone", displayName: "", state: "none" }],
      groups: [{ id: "g1", name: "Club", role: "admin", members: 3 }],
      presence: { ann: { status: "online" }, ben: { status: "away", note: "tea" } },
      unread: { ben: 2, zoe: 0 }, receipts: { ben: { delivered: 4, read: 2 } },
      recent: [{ ev: "message", account: "ann", seq: 3, data: { id: "m3", from: "ann", to: "ben", body: "x" } }],
      mailboxes: [{ address: "Ann@example.org", state: "open" }], cursor: 3,
    },
  });
  const page = client.page("ANN");
  assert.equal(page.profile.displayName, "Ann");
  assert.equal(page.via, "account");
  assert.deepEqual([...page.contacts.keys()], ["ben"]);
  assert.equal(page.settings.get("theme"), "dark");
  assert.deepEqual(page.custom.get("pet"), { hp: 3 });
  assert.deepEqual(page.groups.get("group:g1"), { id: "g1", name: "Club", role: "admin", members: 3, mentions: 0, peer: "group:g1" });
  assert.deepEqual(page.presence.get("ben"), { status: "away", note: "tea" });
  assert.deepEqual([...page.unread], [["ben", 2]]);
  assert.deepEqual(page.receipts.get("ben"), { delivered: 4, read: 2 });
  assert.deepEqual(page.mailboxes.get("ann@example.org"), { address: "Ann@example.org", state: "open", new: [], badge: {} });
  assert.equal(page.recent[0].peer, "ben");
  assert.equal(client.stateOf(page.recent[0]), "delivered");
  assert.equal(page.cursor, 3);
  await client.close();
});

test("Events_ChangeThePageBeforeTheyAreTold_AndSnapshotsStay", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: { contacts: [friend] }, game: {} });
  const before = client.page("ann");
  let seen;
  client.on("MessageReceived", event => { seen = [event.account, client.page("ann").unread.get("ben")]; });
  stream.message("ann", 1);
  assert.deepEqual(seen, ["ann", 1]);
  assert.equal(before.unread.size, 0);
  assert.equal(client.page("game").unread.size, 0);
  stream.event("ann", 2, "profile", { profile: { account: "ann", displayName: "Anna" } });
  stream.event("ann", 3, "settings", { key: "theme", value: "dark" });
  stream.event("ann", 4, "custom", { key: "pet", value: 1 });
  stream.event("ann", 5, "contact", { contact: { account: "zoe", displayName: "Zoe", state: "pending", greeting: "hi" } });
  stream.event("ann", 6, "link", { members: [{ account: "ann", role: "secondary" }, { account: "game", role: "master" }] });
  stream.event("ann", null, "presence", { contact: "ben", status: "busy" });
  stream.event("ann", null, "typing", { from: "ben", to: "ann", on: true });
  stream.event("ann", 7, "novelty", { a: 1 });
  const page = client.page("ann");
  assert.equal(page.profile.displayName, "Anna");
  assert.equal(page.settings.get("theme"), "dark");
  assert.equal(page.custom.get("pet"), 1);
  assert.equal(page.contacts.get("zoe").state, "pending");
  assert.equal(page.role, "secondary");
  assert.equal(page.presence.get("ben").status, "busy");
  assert.deepEqual(client.ofType("UnknownEvent")[0], { type: "UnknownEvent", name: "novelty", data: { a: 1 }, account: "ann", seq: 7 });
  assert.equal(page.cursor, 7);
  stream.event("ann", 8, "settings", { key: "theme", value: null });
  stream.event("ann", null, "presence", { contact: "ben", status: "offline" });
  stream.event("ann", 9, "contact", { contact: { account: "zoe", displayName: "Zoe", state: "none" } });
  assert.deepEqual([client.page("ann").settings.size, client.page("ann").presence.has("ben"), client.page("ann").contacts.has("zoe")], [0, false, false]);
  await settle();
  assert.equal(client.ofType("PageChanged").at(-1).page, client.page("ann"));
  assert.equal(client.ofType("PageChanged").length, 1, "changes of one moment are told once");
  await client.close();
});

test("Duplicate_IsNotToldTwice", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  [1, 2, 2, 1, 3].forEach(seq => stream.message("ann", seq));
  assert.deepEqual(client.ofType("MessageReceived").map(event => event.seq), [1, 2, 3]);
  assert.equal(client.page("ann").unread.get("ben"), 3);
  await client.close();
});

test("Gap_IsReportedAndResumed_AndReloadedWhenResumingDoesNotHelp", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  stream.message("ann", 1);
  stream.message("ann", 3);
  assert.deepEqual(client.ofType("GapDetected").map(({ account, expected, got }) => [account, expected, got]), [["ann", 2, 3]]);

  const second = await server.next();
  assert.deepEqual((await second.greet({ ann: { cursor: 3, resumed: true } })).resume, { ann: 1 });
  second.message("ann", 3);

  const third = await server.next();
  const hello = await third.greet({ ann: { cursor: 3, unread: { ben: 3 } } });
  assert.equal(hello.resume, undefined);
  await eventually(() => client.ofType("PageOpened").some(event => event.reloaded), "the page is reloaded");
  third.message("ann", 4);
  assert.deepEqual(client.ofType("MessageReceived").map(event => event.seq), [1, 4]);
  await client.close();
});

test("ResumedPage_CountsWhatItCoversOnce", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: { contacts: [friend], presence: { ann: { status: "online" }, ben: { status: "online" } } } });
  stream.message("ann", 1);
  stream.close();
  const next = await server.next();
  await next.greet({ ann: { cursor: 3, resumed: true, unread: { ben: 3 }, contacts: [friend] } });
  next.message("ann", 2);
  next.message("ann", 3);
  next.message("ann", 4);
  assert.equal(client.page("ann").unread.get("ben"), 4);
  assert.deepEqual(client.page("ann").recent.map(event => event.seq), [1, 2, 3, 4]);
  assert.equal(client.ofType("PresenceChanged").at(-1).status, "offline", "what was missed of presence is told");
  assert.equal(client.ofType("PageOpened").length, 1);
  await client.close();
});

test("Page_OfAnAccountThatLeft_IsGoneAndNothingLateIsShown", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: {}, game: {}, work: {} });
  stream.event("game", null, "pageGone", { reason: "unlinked" });
  stream.message("game", 1);
  assert.deepEqual([...client.pages.keys()], ["ann", "work"]);
  assert.equal(client.ofType("MessageReceived").length, 0);
  stream.close();
  const next = await server.next();
  await next.greet({ ann: { resumed: true } });
  await eventually(() => client.ofType("PageGone").length === 2, "work is gone too");
  assert.deepEqual([...client.pages.keys()], ["ann"]);
  next.page("late", {});
  assert.deepEqual([...client.pages.keys()], ["ann", "late"]);
  await client.close();
});

test("Reading_ClearsWhatIsKnownToBeRead", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: { groups: [{ id: "g", name: "G", role: "member", members: 2 }] } });
  [1, 2, 3].forEach(seq => stream.message("ann", seq));
  stream.message("ann", 4, { to: "group:g", mentions: ["ann"] });
  assert.equal(client.page("ann").groups.get("group:g").mentions, 1);
  stream.event("ann", 5, "receipt", { by: "ann", peer: "ben", upTo: 2, what: "read" });
  assert.equal(client.page("ann").unread.get("ben"), 1);
  const read = client.markRead("ann", "group:g");
  const asked = await stream.expect("read");
  assert.equal(asked.upTo, 5);
  stream.answer(asked);
  await read;
  assert.equal(client.page("ann").unread.has("group:g"), false);
  assert.equal(client.page("ann").groups.get("group:g").mentions, 0);
  stream.event("ann", 6, "receipt", { by: "ben", peer: "ben", upTo: 4, what: "delivered" });
  stream.event("ann", 7, "receipt", { by: "ben", peer: "ben", upTo: 3, what: "read" });
  assert.deepEqual(client.page("ann").receipts.get("ben"), { delivered: 4, read: 3 });
  assert.equal(client.page("ann").unread.get("ben"), 1);
  await client.close();
});

test("Groups_FollowTheirEvents", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online();
  const group = (seq, what, more) => stream.event("ann", seq, "group", { group: "group:g", what, by: "ben", name: "G", memberInvites: true, members: 2, ...more });
  group(1, "created", { accounts: ["ann", "ben"] });
  assert.equal(client.page("ann").groups.get("group:g").role, "member");
  group(2, "role", { accounts: ["ann"], role: "admin" });
  assert.equal(client.page("ann").groups.get("group:g").role, "admin");
  group(3, "left", { accounts: ["ben"], owner: "ann", members: 1 });
  assert.deepEqual(client.page("ann").groups.get("group:g"), { id: "g", peer: "group:g", name: "G", members: 1, role: "owner", mentions: 0 });
  group(4, "kicked", { accounts: ["ann"] });
  assert.equal(client.page("ann").groups.size, 0);
  await client.close();
});

test("Mailboxes_ShowOnTheFriend", async () => {
  const server = new ScriptedServer();
  const { client, stream } = await server.online({ ann: { contacts: [friend] } });
  const mail = (uid, subject, date) => ({ uid, subject, date, preview: "", unread: true, from: { address: "b@x", friend: { account: "ben", name: "Ben" } } });
  stream.event("ann", null, "channel", { mailbox: "a@x", state: "open" });
  stream.event("ann", null, "mail", { mailbox: "a@x", unread: 3, new: [mail(2, "second", "2026-02-01"), mail(1, "first", "2026-01-01")], badge: { ben: 2 } });
  assert.deepEqual(client.page("ann").contacts.get("ben").mail, { unread: 2, latest: "second" });
  assert.equal(client.page("ann").mailboxes.get("a@x").unread, 3);
  stream.event("ann", 1, "contact", { contact: { ...friend, remark: "B" } });
  assert.equal(client.page("ann").contacts.get("ben").mail.unread, 2, "mail is not in the log and stays");
  stream.close();
  const next = await server.next();
  await next.greet({ ann: { cursor: 1, resumed: true, contacts: [friend], mailboxes: [] } });
  await eventually(() => client.page("ann").mailboxes.size === 0, "the mailbox is gone");
  assert.ok(client.ofType("ChannelChanged").at(-1).removed);
  await client.close();
});

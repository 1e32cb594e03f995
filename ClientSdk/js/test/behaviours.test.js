// The behaviours of tests/Behaviours/behaviours.json, against the real server at ORLEANSIM_URL.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ImClient, MemoryStore } from "../orleansim.js";
import { FileStore } from "../orleansim-node.js";
import { eventually, soon } from "./support/scripted.js";

const server = process.env.ORLEANSIM_URL;
const list = JSON.parse(await readFile(new URL("../../../tests/Behaviours/behaviours.json", import.meta.url), "utf8"));
const password = "correct horse battery staple";
const salt = Date.now().toString(36) + process.pid.toString(36);
let names = 0;

/** The clients of one test, and what it needs of the world. */
class World {
  clients = [];
  folders = [];

  /** A client that is not signed in; `cut` breaks its connection. */
  client(options = {}) {
    const sockets = [];
    class Socket extends WebSocket {
      constructor(...address) {
        super(...address);
        sockets.push(this);
      }
    }

    const client = new ImClient({ server, store: new MemoryStore(), webSocket: Socket, reconnect: { initialMs: 20, maxMs: 200 }, ...options });
    client.cut = () => sockets.at(-1).close();
    client.told = [];
    client.on("*", event => client.told.push(event));
    client.bodies = account => client.told.filter(event => event.type === "MessageReceived" && event.account === account).map(event => event.body);
    this.clients.push(client);
    return client;
  }

  async register(prefix) {
    const account = `${prefix}-${salt}-${names++}`;
    await this.client().register(account, password);
    return account;
  }

  /** A new account that is signed in. */
  async join(prefix, options) {
    return this.signIn(await this.register(prefix), options);
  }

  async signIn(account, options) {
    const client = this.client(options);
    await client.signIn(account, password);
    return client;
  }

  async befriend(one, other) {
    await one.requestContact(one.account, other.account);
    await eventually(() => other.page(other.account).contacts.get(one.account)?.state === "pending", "the request is there");
    await other.acceptContact(other.account, one.account);
    await eventually(() => one.page(one.account).contacts.get(other.account)?.state === "friend", "they are friends");
  }

  async friends(options) {
    const [ann, ben] = [await this.join("ann", options), await this.join("ben")];
    await this.befriend(ann, ben);
    return [ann, ben, ann.account, ben.account];
  }

  /** A folder for local stores, and how many records are in it. */
  async folder() {
    const path = await mkdtemp(join(tmpdir(), "orleansim-"));
    this.folders.push(path);
    // A folder in it may be removed while it is read.
    const list = () => readdir(path, { recursive: true }).catch(error => error.code === "ENOENT" ? list() : Promise.reject(error));
    return {
      store: () => new FileStore(path),
      records: async () => (await list()).filter(name => name.endsWith(".json")).length,
    };
  }

  async end() {
    await Promise.all(this.clients.map(client => client.close()));
    await Promise.all(this.folders.map(path => rm(path, { recursive: true, force: true })));
  }
}

const shows = (client, account, condition, what) => eventually(() => {
  const page = client.page(account);
  return page && condition(page);
}, what);

const behaviours = {
  async "sign-in.pages"(world) {
    const [ann, game] = [await world.join("ann"), await world.register("game")];
    await ann.addLinks([{ account: game, password }]);
    const again = await world.signIn(ann.account);
    assert.deepEqual([...again.pages].map(([account, page]) => [account, page.role, page.via]), [[ann.account, "master", "account"], [game, "secondary", "link"]]);
    assert.deepEqual(again.told.filter(event => /PageOpened|Ready/.test(event.type)).map(event => event.type), ["PageOpened", "PageOpened", "Ready"]);
  },

  async "sign-in.refused"(world) {
    const account = await world.register("ann");
    const refusals = [];
    for (const [login, secret] of [[account, "wrong password"], [account + "-nobody", password]]) {
      await world.client().signIn(login, secret).catch(error => refusals.push([error.code, error.message]));
    }

    assert.equal(refusals[0][0], "bad_credentials");
    assert.deepEqual(refusals[0], refusals[1]);
  },

  async "sign-in.token"(world) {
    const ann = await world.join("ann");
    const kept = JSON.parse(JSON.stringify(ann.session));
    await ann.close();
    const again = world.client({ session: kept });
    await again.connect();
    assert.equal(again.page(kept.account).account, kept.account);
    await again.signOut();
    await assert.rejects(world.client({ session: kept }).connect(), { code: "unauthenticated" });
  },

  async "sign-out.device"(world) {
    const phone = await world.join("ann");
    const desk = await world.signIn(phone.account);
    const { session } = phone;
    await phone.signOut();
    assert.equal(phone.status, "signedOut");
    await assert.rejects(world.client({ session }).connect(), { code: "unauthenticated" });
    assert.ok(await desk.ping() >= 0);
  },

  async "sign-out.everywhere"(world) {
    const phone = await world.join("ann");
    const desk = await world.signIn(phone.account);
    const over = desk.once("SignedOut");
    await phone.signOut({ everywhere: true });
    assert.equal((await soon(over, "the other device")).closeCode, 4004);
  },

  async "password.changed"(world) {
    const phone = await world.join("ann");
    const account = phone.account;
    const desk = await world.signIn(account);
    const over = desk.once("SignedOut");
    await phone.changePassword(password, password + "!");
    await soon(over, "the end of the other session");
    assert.ok(await phone.ping() >= 0);
    await assert.rejects(world.client().signIn(account, password), { code: "bad_credentials" });
    await world.client().signIn(account, password + "!");
  },

  async "account.exported"(world) {
    const [ann, , a, b] = await world.friends();
    await ann.send(a, b, "to be taken along");
    await assert.rejects(ann.exportAccount({ password: "wrong password" }), { code: "bad_credentials" });
    const lines = (await (await ann.exportAccount({ password })).text()).trimEnd().split("\n").map(line => JSON.parse(line));
    assert.equal(lines[0].export.account, a);
    assert.ok(lines.some(line => line.event?.data.body === "to be taken along"));
    assert.ok(lines.at(-1).end);
  },

  async "account.deleted"(world) {
    const [ann, ben, a, b] = await world.friends();
    const desk = await world.signIn(a);
    const over = desk.once("SignedOut");
    await assert.rejects(ann.deleteAccount({ password: "wrong password" }), { code: "bad_credentials" });
    assert.ok(await ann.ping() >= 0);
    await ann.deleteAccount({ password });
    assert.equal(ann.status, "signedOut");
    assert.equal(ann.told.find(event => event.type === "SignedOut").error, null);
    assert.equal((await soon(over, "the end of the other session")).closeCode, 4004);
    await assert.rejects(world.client().signIn(a, password), { code: "bad_credentials" });
    await eventually(() => !ben.page(b).contacts.has(a), "the contact goes");
  },

  async "devices.all"(world) {
    const desk = await world.join("ann", { device: "desk" });
    const phone = await world.signIn(desk.account, { device: "phone" });
    await desk.createAppPassword(desk.account, "a program");
    const devices = await desk.listDevices(desk.account);
    assert.deepEqual(devices.map(({ kind, name, current }) => [kind, name, current]), [["session", "desk", true], ["session", "phone", false], ["appPassword", "a program", false]]);
    const over = phone.once("SignedOut");
    await desk.revokeDevice(desk.account, devices[1]);
    await desk.revokeDevice(desk.account, devices[2]);
    await soon(over, "the end of the phone's session");
    assert.deepEqual((await desk.listDevices(desk.account)).map(({ name }) => name), ["desk"]);
  },

  async "devices.unconnected"(world) {
    const desk = await world.join("ann", { device: "desk" });
    const phone = await world.signIn(desk.account, { device: "phone" });
    const session = phone.session;
    await phone.close();
    const find = async () => (await desk.listDevices(desk.account)).find(({ name }) => name === "phone");
    await eventually(async () => (await find())?.connected === false, "the phone is not connected");
    const device = await find();
    assert.equal(device.kind, "device");
    await desk.revokeDevice(desk.account, device);
    assert.deepEqual((await desk.listDevices(desk.account)).map(({ name }) => name), ["desk"]);
    await assert.rejects(world.client().connect(session), { code: "unauthenticated" });
  },

  async "devices.list-and-end"(world) {
    const phone = await world.join("ann", { device: "phone" });
    const desk = await world.signIn(phone.account, { device: "desk" });
    const devices = await desk.listSessions(desk.account);
    assert.deepEqual(devices.map(({ device, current, session }) => [device, current, session]),
      [["phone", false, phone.sessionId], ["desk", true, desk.sessionId]]);
    const over = phone.once("SignedOut");
    await desk.endSession(phone.sessionId);
    assert.equal((await soon(over, "the end of the phone's session")).closeCode, 4004);
  },

  async "messages.once-in-order"(world) {
    const [ann, ben, a, b] = await world.friends();
    const devices = [ann, await world.signIn(a), ben, await world.signIn(b)];
    const count = 20;
    await Promise.all([...Array(count).keys()].flatMap(i => [ann.send(a, b, `a${i}`), ben.send(b, a, `b${i}`)]));
    for (const device of devices) {
      await eventually(() => device.bodies(device.account).length === 2 * count, "all messages are there");
    }

    for (const [one, other] of [[devices[0], devices[1]], [devices[2], devices[3]]]) {
      const bodies = one.bodies(one.account);
      assert.deepEqual(other.bodies(other.account), bodies);
      for (const writer of "ab") {
        assert.deepEqual(bodies.filter(body => body[0] === writer), [...Array(count).keys()].map(i => writer + i));
      }
    }
  },

  async "messages.cid"(world) {
    const [ann, ben, a, b] = await world.friends();
    const fields = { as: a, to: b, body: "once", cid: "my-cid" };
    const first = await ann.request("send", fields);
    assert.deepEqual(await ann.request("send", { ...fields, body: "twice" }), first);
    assert.deepEqual((await ann.send(a, b, "last")).seq, first.seq + 1);
    await eventually(() => ben.bodies(b).includes("last"), "the last one is there");
    assert.deepEqual(ben.bodies(b), ["once", "last"]);
  },

  async "messages.waiting"(world) {
    const [ann, ben, a, b] = await world.friends();
    await ben.signOut();
    await ann.send(a, b, "you were away");
    const again = await world.signIn(b);
    assert.equal(again.page(b).unread.get(a), 1);
    assert.equal(again.conversation(b, a).at(-1).body, "you were away");
  },

  async "messages.refused"(world) {
    const [ann, ben, a, b] = await world.friends();
    await ben.removeContact(b, a);
    await shows(ann, a, page => page.contacts.get(b)?.state !== "friend", "they are no friends any more");
    await assert.rejects(ann.send(a, b, "hello?", { cid: "c" }), { code: "not_friends" });
    assert.equal(ann.outbox(a)[0].state, "failed");
  },

  async "messages.speaker"(world) {
    const [ann, ben, a, b] = await world.friends();
    const game = await world.join("game");
    const g = game.account;
    await world.befriend(game, ben);
    await ann.addLinks([{ account: g, password }]);
    await shows(ann, g, () => true, "the page of the linked account");
    await ann.send(g, b, "as the game");
    await eventually(() => ben.told.some(event => event.type === "MessageReceived" && event.from === g), "it names the game");
    await ben.send(b, g, "to the game");
    await eventually(() => ann.bodies(g).includes("to the game"), "it is on the page of the game");
    assert.deepEqual(ann.bodies(a), []);
  },

  async "messages.stranger"(world) {
    const [ann, , , b] = await world.friends();
    await assert.rejects(ann.request("send", { as: b, to: ann.account, body: "forged", cid: "c" }), { code: "forbidden" });
    await assert.rejects(ann.send(b, ann.account, "forged"), { code: "forbidden" });
    await assert.rejects(ann.history(b), { code: "forbidden" });
  },

  async "messages.offline-queue"(world) {
    const [ann, ben, a, b] = await world.friends();
    ann.cut();
    await eventually(() => ann.status !== "online", "it saw the end");
    const ends = ["one", "two", "three"].map(body => ann.send(a, b, body));
    await soon(Promise.all(ends), "the answers");
    await eventually(() => ben.bodies(b).length >= 3, "all are there");
    assert.deepEqual(ben.bodies(b), ["one", "two", "three"]);
  },

  async "outbox.restart"(world) {
    const { store } = await world.folder();
    const [ann, ben, a, b] = await world.friends({ store: store() });
    const { session } = ann;
    await ann.send(a, b, "before");
    await ann.close();

    // A program that never had a connection, and ends.
    const offline = world.client({ store: store() });
    await offline.open(session);
    const written = ["one", "two", "three"].map(body => offline.enqueue(a, b, body).cid);
    await offline.close();

    const again = world.client({ store: store() });
    await again.open(session);
    assert.deepEqual(again.outbox().map(message => message.cid), written);
    assert.deepEqual(again.conversation(a, b).map(line => line.body), ["before", "one", "two", "three"]);
    await again.connect();
    await eventually(() => ben.bodies(b).length >= 4, "all messages are there");
    assert.deepEqual(ben.bodies(b), ["before", "one", "two", "three"]);
    await eventually(() => again.outbox().every(message => message.state !== "queued"), "the answers are there");
    assert.deepEqual(again.page(a).recent.filter(event => event.isOwn).slice(1).map(message => message.cid), written);
  },

  async "outbox.retry"(world) {
    const [ann, ben, a, b] = await world.friends();
    await ben.removeContact(b, a);
    await shows(ann, a, page => page.contacts.get(b)?.state !== "friend", "they are no friends any more");
    await assert.rejects(ann.send(a, b, "again", { cid: "again" }), { code: "not_friends" });
    await assert.rejects(ann.send(a, b, "never", { cid: "never" }), { code: "not_friends" });
    assert.deepEqual(ann.outbox(a, b).map(({ cid, error }) => [cid, error.code]), [["again", "not_friends"], ["never", "not_friends"]]);
    assert.equal(ann.discard("never"), true);

    await world.befriend(ann, ben);
    assert.equal(ann.retry("again").state, "queued");
    await eventually(() => ben.bodies(b).length > 0, "the message is there");
    await eventually(() => /sent|delivered/.test(ann.outbox()[0].state), "the answer is there");
    assert.deepEqual(ben.bodies(b), ["again"]);
    assert.deepEqual(ann.outbox().map(message => message.cid), ["again"]);
  },

  async "store.before-connection"(world) {
    const { store } = await world.folder();
    const [ann, ben, a, b] = await world.friends({ store: store() });
    const { session } = ann;
    await ben.send(b, a, "hello");
    await eventually(() => ann.bodies(a).length === 1, "the message is there");
    await ann.close();
    await ben.send(b, a, "meanwhile");

    const again = world.client({ store: store() });
    await again.open(session);
    assert.equal(again.status, "local");
    assert.deepEqual((page => [page.isLocal, page.contacts.get(b).state, page.unread.get(b)])(again.page(a)), [true, "friend", 1]);
    assert.equal(again.conversation(a, b).at(-1).body, "hello");
    await assert.rejects(again.ping(), { code: "unavailable" });

    await again.connect();
    await shows(again, a, page => !page.isLocal && page.unread.get(b) === 2, "what came meanwhile");
    assert.deepEqual(again.conversation(a, b).map(line => line.body), ["hello", "meanwhile"]);
    assert.equal(again.status, "online");
    assert.equal(again.told.filter(event => event.type === "PageOpened").length, 1);
  },

  async "store.cleared"(world) {
    const { store, records } = await world.folder();
    const phone = await world.join("ann", { store: store() });
    const { account } = phone;
    await eventually(async () => await records() > 0, "a page is in the store");
    await phone.signOut();
    assert.equal(await records(), 0);

    const again = await world.signIn(account, { store: store() });
    await eventually(async () => await records() > 0, "a page is in the store");
    const desk = await world.signIn(account);
    const over = again.once("SignedOut");
    await desk.endSession(again.sessionId);
    assert.equal((await soon(over, "the end of the session")).closeCode, 4004);
    await eventually(async () => await records() === 0, "the store is cleared");
  },

  async "store.account-leaves"(world) {
    const { store, records } = await world.folder();
    const [ann, game] = [await world.join("ann", { store: store() }), await world.register("game")];
    const { account, session } = ann;
    await ann.addLinks([{ account: game, password }]);
    await eventually(async () => await records() === 2, "two pages are in the store");
    await ann.removeLink(game);
    await eventually(async () => await records() === 1, "one page is in the store");
    await ann.close();

    const again = world.client({ store: store() });
    await again.open(session);
    assert.deepEqual([...again.pages.keys()], [account]);
  },

  async "history.paged"(world) {
    const [ann, , a, b] = await world.friends();
    for (let i = 0; i < 12; i++) {
      await ann.send(a, b, `m${i}`);
    }

    const bodies = [];
    for (let before, more = true; more;) {
      const page = await ann.history(a, { peer: b, before, limit: 5 });
      bodies.unshift(...page.events.filter(event => event.type === "MessageReceived").map(event => event.body));
      before = page.events[0]?.seq;
      more = page.more;
    }

    assert.deepEqual(bodies, [...Array(12).keys()].map(i => `m${i}`));
  },

  async "receipts.states"(world) {
    const [ann, ben, a, b] = await world.friends();
    await ben.close();
    const { cid } = await ann.send(a, b, "read me");
    const state = () => ann.conversation(a, b).find(line => line.cid === cid)?.state;
    assert.equal(state(), "sent");
    const again = await world.signIn(b);
    await eventually(() => state() === "delivered", "it is delivered");
    await again.markRead(b, a);
    await eventually(() => state() === "read", "it is read");
    assert.deepEqual(ann.told.filter(event => event.type === "OutgoingChanged").map(event => event.message.state), ["queued", "sent", "delivered", "read"]);
  },

  async "unread.devices"(world) {
    const [ann, ben, a, b] = await world.friends();
    const desk = await world.signIn(b);
    await ann.send(a, b, "one");
    await ann.send(a, b, "two");
    for (const device of [ben, desk]) {
      await shows(device, b, page => page.unread.get(a) === 2, "two unread messages");
    }

    await ben.markRead(b, a);
    assert.equal(ben.page(b).unread.size, 0);
    await shows(desk, b, page => page.unread.size === 0, "it is read on the other device");
  },

  async "typing.friend"(world) {
    const [ann, ben, a, b] = await world.friends();
    const on = ben.once("TypingChanged", { where: event => event.on });
    await ann.setTyping(a, b, true);
    assert.deepEqual((({ from, to, peer }) => [from, to, peer])(await soon(on, "typing")), [a, b, a]);
    const off = ben.once("TypingChanged", { where: event => !event.on });
    await ann.send(a, b, "done");
    await soon(off, "the end of typing");
  },

  async "contacts.friends"(world) {
    const [ann, ben] = [await world.join("ann"), await world.join("ben")];
    const [a, b] = [ann.account, ben.account];
    await ann.setProfile(a, { displayName: "Ann" });
    assert.equal(await ann.requestContact(a, b, "it is me"), "requested");
    await shows(ben, b, page => page.contacts.get(a)?.greeting === "it is me", "the request with its greeting");
    assert.equal(await ben.acceptContact(b, a), "friend");
    await shows(ann, a, page => page.contacts.get(b)?.state === "friend", "ann has the friend");
    await shows(ben, b, page => page.contacts.get(a)?.displayName === "Ann", "ben has the name");
  },

  async "contacts.refused"(world) {
    const [ann, ben] = [await world.join("ann"), await world.join("ben")];
    await ann.requestContact(ann.account, ben.account);
    await shows(ben, ben.account, page => page.contacts.has(ann.account), "the request");
    await ben.refuseContact(ben.account, ann.account);
    await shows(ben, ben.account, page => !page.contacts.has(ann.account), "it is gone here");
    await shows(ann, ann.account, page => !page.contacts.has(ben.account), "it is gone there");
  },

  async "contacts.own-words"(world) {
    const [ann, ben, a, b] = await world.friends();
    const desk = await world.signIn(a);
    const contact = await ann.setContact(a, b, { remark: "Benny", labels: ["chess"], settings: { mute: true } });
    assert.equal(contact.remark, "Benny");
    await shows(desk, a, page => page.contacts.get(b)?.labels?.[0] === "chess" && page.contacts.get(b)?.settings.mute === true, "the other device has it");
    assert.equal(ben.page(b).contacts.get(a).remark, undefined);
  },

  async "contacts.blocked"(world) {
    const [ann, ben, a, b] = await world.friends();
    assert.equal(await ben.blockContact(b, a), "blocked");
    await shows(ann, a, page => page.contacts.get(b)?.state !== "friend", "it is no friend any more");
    await assert.rejects(ann.send(a, b, "x"), { code: "not_friends" });
    assert.equal(await ann.requestContact(a, b), "requested");
    await ben.ping();
    assert.equal(ben.page(b).contacts.get(a).state, "blocked");
    await assert.rejects(ben.send(b, a, "x"), { code: "blocked" });
  },

  async "groups.chat"(world) {
    const [ann, ben, a, b] = await world.friends();
    const { group, added, rejected } = await ann.createGroup(a, "Club", [b, a + "-nobody"]);
    assert.deepEqual([added, rejected.map(one => one.reason)], [[b], ["not_friends"]]);
    await shows(ben, b, page => page.groups.get(group.peer)?.name === "Club", "the group");
    await ann.send(a, group.peer, "hello", { mentions: [b] });
    await shows(ben, b, page => page.groups.get(group.peer).mentions === 1 && page.unread.get(group.peer) === 1, "the mention");
    assert.equal(ann.conversation(a, group.peer).length, 1);
    assert.equal((await ann.setGroup(a, group.peer, { name: "Chess" })).name, "Chess");
    await ann.setGroupRole(a, group.id, b, "admin");
    await shows(ben, b, page => page.groups.get(group.peer).role === "admin" && page.groups.get(group.peer).name === "Chess", "role and name");
    assert.deepEqual((await ben.getGroup(b, group.peer)).members.map(member => [member.account, member.role]), [[a, "owner"], [b, "admin"]]);
    await ann.kickFromGroup(a, group.peer, b);
    await shows(ben, b, page => !page.groups.has(group.peer) && !page.unread.has(group.peer), "it is gone");
    await assert.rejects(ben.send(b, group.peer, "x"), { code: "forbidden" });
  },

  async "links.batch"(world) {
    const [ann, one, two] = [await world.join("ann"), await world.register("one"), await world.register("two")];
    const result = await ann.addLinks([
      { account: one, password, role: "master" }, { account: two, password: "wrong password" },
      { account: two + "-nobody", password }, { account: ann.account, password },
    ]);
    assert.deepEqual(result.linked.map(({ account, role }) => [account, role]), [[one, "master"]]);
    assert.deepEqual(result.rejected.map(({ account, reason }) => [account, reason]).sort(),
      [[two, "bad_credentials"], [two + "-nobody", "unknown_account"], [ann.account, "self"]].sort());
    assert.deepEqual((await ann.listLinks()).members.map(member => member.account).sort(), [ann.account, one].sort());
  },

  async "links.live"(world) {
    const [ann, game] = [await world.join("ann"), await world.register("game")];
    await ann.addLinks([{ account: game, password }]);
    await shows(ann, game, () => true, "its page");
    await shows(ann, ann.account, page => page.recent.some(event => event.type === "LinksChanged"), "the event");
    await ann.removeLink(game);
    await eventually(() => !ann.page(game), "its page is gone");
    assert.equal(ann.told.find(event => event.type === "PageGone").reason, "unlinked");
    assert.ok(ann.page(ann.account));
  },

  async "presence.friend"(world) {
    const [ann, ben, a, b] = await world.friends();
    await shows(ann, a, page => page.presence.get(b)?.status === "online", "ben is online");
    await ben.setPresence("busy", { note: "in a game" });
    await shows(ann, a, page => page.presence.get(b)?.status === "busy" && page.presence.get(b)?.note === "in a game", "ben is busy");
    await ben.signOut();
    await shows(ann, a, page => !page.presence.has(b), "ben is gone");
  },

  async "presence.invisible"(world) {
    const [ann, ben, a, b] = await world.friends();
    await shows(ann, a, page => page.presence.has(b), "ben is online");
    await ben.setPresence("invisible");
    await shows(ann, a, page => !page.presence.has(b), "ben is not seen");
    const seen = [];
    ann.on("PresenceChanged", event => event.contact === b && seen.push(event.status));
    ben.cut();
    await soon(ben.once("Reconnected"), "the reconnect");
    assert.equal(ben.page(b).presence.get(b).status, "invisible");
    await ben.send(b, a, "I was here");
    await eventually(() => ann.bodies(a).includes("I was here"), "the message");
    assert.deepEqual(seen.filter(status => status !== "offline"), []);
  },

  async "data.live"(world) {
    const phone = await world.join("ann");
    const a = phone.account;
    const desk = await world.signIn(a);
    await phone.setProfile(a, { displayName: "Ann", description: "here" });
    await phone.setSetting(a, "theme", "dark");
    await phone.setCustom(a, "pet", { name: "Rex", hp: 3 });
    await phone.setPrivacy(a, "privacy.lastSeen", "friends");
    await phone.setSetting(a, "gone", 1);
    await phone.setSetting(a, "gone", null);
    const complete = page => page.profile.displayName === "Ann" && page.profile.description === "here" && page.settings.get("theme") === "dark"
      && page.custom.get("pet")?.hp === 3 && page.settings.get("privacy.lastSeen") === "friends" && !page.settings.has("gone") && page.cursor >= 6;
    await shows(desk, a, complete, "it is on the other device");
    assert.ok(complete((await world.signIn(a)).page(a)));
  },

  async "resume.missed"(world) {
    const [ann, ben, a, b] = await world.friends();
    const game = await world.register("game");
    await ben.addLinks([{ account: game, password }]);
    await shows(ben, game, () => true, "two pages");
    await ann.send(a, b, "before");
    await eventually(() => ben.bodies(b).length === 1, "the first message");
    const opened = ben.told.filter(event => event.type === "PageOpened").length;
    ben.cut();
    await eventually(() => ben.status !== "online", "it saw the end");
    await ann.send(a, b, "meanwhile 1");
    await ann.send(a, b, "meanwhile 2");
    await eventually(() => ben.bodies(b).length >= 3, "what was missed");
    assert.deepEqual(ben.bodies(b), ["before", "meanwhile 1", "meanwhile 2"]);
    assert.equal(ben.told.filter(event => event.type === "PageOpened").length, opened);
    const seqs = ben.told.filter(event => event.account === b && event.seq).map(event => event.seq);
    assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i));
    assert.equal(ben.page(b).unread.get(a), 3);
  },

  async "mail.refused"(world) {
    const ann = await world.join("ann");
    const a = ann.account;
    await assert.rejects(ann.listMails(a, "nobody@example.org"), { code: "unknown_mailbox" });
    await assert.rejects(ann.bindMailbox(a, { address: "no address", auth: { type: "password", password } }), { code: "invalid_argument" });
    assert.equal(ann.page(a).mailboxes.size, 0);
    assert.ok(await ann.ping() >= 0);
  },
};

test("Behaviours_AreTheSharedList", () => {
  assert.deepEqual(Object.keys(behaviours), list.map(({ id }) => id));
});

for (const { id, what } of list) {
  test(`Behaviour ${id}: ${what}`, { skip: !server && "no server: ORLEANSIM_URL is not set" }, async context => {
    const world = new World();
    context.after(() => world.end());
    await behaviours[id]?.(world);
  });
}

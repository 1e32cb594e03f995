// Mission P6: a group chat from its making to leaving it; and notifications of what is not looked at.
import assert from "node:assert/strict";
import { bubble, eventually, row, signedIn, write } from "../support/browser.mjs";
import { account, friends, until } from "../support/people.mjs";

export async function groups_AreMadeSpokenInChangedAndLeft({ browser, server }) {
  const [ann, bob, cat] = [await account(server, "ann", "Ann"), await account(server, "bob", "Bob"), await account(server, "cat", "Cat")];
  const open = await friends(server, [bob, ann], [cat, ann]);
  const page = await signedIn(browser, server, ann);
  await row(page, bob).waitFor();

  await page.getByRole("button", { name: "New group" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Group name").fill("Expedition <b>1</b>");
  await dialog.getByLabel("Bob").check();
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.waitFor({ state: "detached" });
  const at = open.get(bob);
  const peer = await until(() => [...at.page(bob).groups.keys()][0], "the group at bob");
  await write(page, "Who comes?");
  await until(() => at.conversation(bob, peer).at(-1)?.body === "Who comes?", "the message at bob");
  await at.send(bob, peer, "I do.");
  await bubble(page, "I do.").waitFor();
  assert.match(await page.locator(".main-head").innerText(), /Expedition <b>1<\/b>/);

  await page.getByRole("button", { name: "Group info" }).click();
  await dialog.getByLabel("Cat").check();
  await dialog.getByRole("button", { name: "Add members" }).click();
  await until(() => open.get(cat).page(cat).groups.has(peer), "the group at cat");
  await dialog.getByLabel("Role of Bob").selectOption("admin");
  await until(() => at.page(bob).groups.get(peer).role === "admin", "bob to be an administrator");
  await dialog.getByLabel("Group name").fill("Expedition 2");
  await dialog.getByRole("button", { name: "Rename" }).click();
  await until(() => at.page(bob).groups.get(peer).name === "Expedition 2", "the new name at bob");
  await dialog.locator("li", { hasText: "Cat" }).getByRole("button", { name: "Remove" }).click();
  await until(() => !open.get(cat).page(cat).groups.has(peer), "cat to be out");
  await dialog.getByLabel("Role of Bob").selectOption("owner");
  await until(() => at.page(bob).groups.get(peer).role === "owner", "bob to own it");
  await dialog.getByRole("button", { name: "Leave group" }).click();
  await dialog.waitFor({ state: "detached" });
  const left = (await at.getGroup(bob, peer)).members.map(member => member.account);
  assert.deepEqual(left, [bob]);
  await page.context().close();
}

export async function notifications_TellOnlyWhatIsNotLookedAt({ browser, server }) {
  const [ann, bob] = [await account(server, "ann", "Ann"), await account(server, "bob", "Bob")];
  const open = await friends(server, [bob, ann]);
  const page = await signedIn(browser, server, ann, { permissions: ["notifications"] });
  // A browser without a screen shows none and has none to look at, so what would be shown is noted.
  await page.evaluate(() => {
    const notes = window.notes = [];
    window.Notification = class {
      static permission = "granted";
      static requestPermission = async () => "granted";
      constructor(title, options) { notes.push({ title, body: options.body, note: this }); }
      close() {}
    };
    window.isLookedAt = true;
    document.hasFocus = () => window.isLookedAt;
  });
  const notes = () => page.evaluate(() => window.notes.map(({ title, body }) => ({ title, body })));

  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("tab", { name: "This device" }).click();
  await page.getByLabel("Notify me of messages").check();
  await page.keyboard.press("Escape");
  await open.get(bob).send(bob, ann, "seen");
  await eventually(() => row(page, bob).innerText(), text => /seen/.test(text), "the message that is looked at");
  assert.deepEqual(await notes(), []);

  await page.evaluate(() => { window.isLookedAt = false; });
  await open.get(bob).send(bob, ann, "not <i>seen</i>");
  await eventually(notes, all => all.length === 1, "a notification");
  assert.deepEqual(await notes(), [{ title: "Bob → Ann", body: "not <i>seen</i>" }]);
  await page.evaluate(() => window.notes[0].note.onclick());
  await bubble(page, "not <i>seen</i>").waitFor();
  await page.context().close();
}

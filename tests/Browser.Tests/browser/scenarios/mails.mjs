// Mission M6, M7, M9, M10, M12: mail with friends' names, and the mail view, with a real mail server.
import assert from "node:assert/strict";
import { eventually, newBrowser, row, signIn, signedIn } from "../support/browser.mjs";
import { deliver, mailbox } from "../support/mail.mjs";
import { account, friends } from "../support/people.mjs";

const HOSTILE = "<img src=x onerror=\"window.__ran=1\"><script>window.__ran=1</script>";

export async function mail_IsShownWithTheFriendsNameAndTheMailViewOpensAfterMailboxSignIn({ browser, server }) {
  const [box, bobs, other] = [mailbox(), mailbox(), mailbox()];
  const [ann, bob, cat] = [await account(server, "ann", "Ann"), await account(server, "bob", "Bob Builder", bobs.address), await account(server, "cat", "Cat")];
  const open = await friends(server, [bob, ann], [cat, ann]);

  // Bound in the client: address and password are enough, the server knows the rest.
  const page = await signedIn(browser, server, ann);
  await page.getByRole("tab", { name: "Mail" }).click();
  await page.getByRole("button", { name: "Bind a mailbox" }).first().click();
  const window = page.getByRole("dialog", { name: "Bind a mailbox" });
  await window.getByLabel("Mail address").fill(box.address);
  await window.getByLabel("Password of the mailbox").fill("wrong");
  await window.getByRole("button", { name: "Bind", exact: true }).click();
  await window.getByText("The mail server refuses that password.").waitFor();
  await window.getByLabel("Password of the mailbox").fill(box.password);
  await window.getByRole("button", { name: "Bind", exact: true }).click();
  await eventually(() => page.locator(".mailbox-bar").getAttribute("data-channel"), state => state === "open", "the channel to open");

  // In both places: the mail has the friend's name instead of the address, the friend has the badge.
  await deliver(box, { from: bobs.address, name: "Somebody B.", subject: "Lunch?", text: `At noon. Copy to ${other.address}.` });
  const mails = page.locator("[data-mail]");
  await eventually(() => mails.count(), n => n === 1, "the mail");
  assert.equal(await mails.first().locator(".name").innerText(), "Bob Builder");
  assert.equal(await mails.first().locator(".name").getAttribute("title"), bobs.address);
  assert.match(await mails.first().innerText(), /Lunch\?/);
  await page.getByRole("tab", { name: "Chats" }).click();
  await eventually(() => row(page, bob).locator(".mail-badge").innerText(), text => text.startsWith("1"), "the badge at the friend");

  // Hostile subject, name and text; then the address is mapped to a friend from the mail's side.
  await deliver(box, { from: other.address, name: HOSTILE, subject: HOSTILE, text: HOSTILE });
  await page.getByRole("tab", { name: /Mail/ }).first().click();
  await eventually(() => mails.count(), n => n === 2, "the second mail");
  await mails.filter({ hasText: "onerror" }).first().click();
  await page.getByRole("combobox", { name: "Whose address is this?" }).selectOption(cat);
  await eventually(() => mails.first().locator(".name").innerText(), text => text === "Cat", "the mapped friend's name at the mail");
  assert.deepEqual(await page.evaluate(() => [window.__ran ?? null, document.querySelectorAll("#app script, #app [onerror], #app iframe").length]), [null, 0]);

  // And from the friend's side: it is there, and can be taken away.
  await page.locator(".mail-open .actions").getByRole("button", { name: "Chat" }).click();
  await page.getByRole("button", { name: "Contact info" }).click();
  await page.getByRole("dialog").getByText(other.address).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Not theirs" }).click();
  await eventually(() => page.getByRole("dialog").getByText(other.address, { exact: true }).count(), n => n === 0, "the address to be nobody's");
  await page.getByRole("dialog").getByRole("combobox", { name: "Another address of theirs" }).fill(other.address);
  await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("dialog").getByText(other.address, { exact: true }).waitFor();
  await page.context().close();

  // Signing in with the mailbox opens the mail side.
  const viewer = await newBrowser(browser, server);
  await signIn(viewer, box.address, box.password);
  await eventually(() => viewer.getByRole("tab", { name: /^Mail/ }).first().getAttribute("aria-selected"), v => v === "true", "the mail view to be open");
  await eventually(() => viewer.locator("[data-mail]").count(), n => n === 2, "the mails");
  await eventually(() => viewer.locator("[data-mail] .name").allInnerTexts(), names => names.includes("Bob Builder") && names.includes("Cat"), "the friends' names at the mails");
  await viewer.locator(".own-card").getByText(ann, { exact: true }).waitFor();
  await viewer.getByRole("tab", { name: "Contacts" }).click();
  const contact = viewer.locator(`[data-address="${bobs.address}"]`);
  await eventually(() => contact.innerText(), text => /Bob Builder/.test(text) && /Online/.test(text), "the friend and its presence at the mail contact");
  await viewer.getByRole("tab", { name: "Friends" }).click();
  await viewer.locator(`[data-friend="${cat}"]`).waitFor();

  // A mail to two friends and an address: each one's fate by itself.
  await viewer.getByRole("button", { name: "Write mail" }).first().click();
  const to = viewer.getByRole("combobox", { name: "To" });
  for (const recipient of ["Bob Builder", cat, "nobody@example.test"]) {
    await to.fill(recipient);
    await to.press("Enter");
  }
  await eventually(() => viewer.locator(".recipients .chip").count(), n => n === 3, "three recipients");
  await viewer.getByLabel("Subject").fill("Picnic");
  await viewer.getByLabel("Text").fill("On Sunday?");
  await viewer.getByRole("button", { name: "Send", exact: true }).click();
  await viewer.getByText("Sent, but not to everybody.").waitFor();
  assert.match((await viewer.locator(".fates .good").allInnerTexts()).join(), /Bob Builder[\s\S]*Cat/);
  assert.match(await viewer.locator(".fates .bad").innerText(), /nobody@example\.test/);
  await viewer.getByRole("button", { name: "Done" }).click();

  // One click to chat.
  await viewer.getByRole("tab", { name: "Friends" }).click();
  await viewer.locator(`[data-friend="${bob}"]`).getByRole("button", { name: /Chat with/ }).click();
  await viewer.locator(".composer textarea").waitFor();
  assert.ok(open.get(bob).page(bob));
  await viewer.context().close();
}
mail_IsShownWithTheFriendsNameAndTheMailViewOpensAfterMailboxSignIn.needsMail = true;

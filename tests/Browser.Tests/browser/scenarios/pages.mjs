// Mission L10, L11: a tab per account, items go to the tab of the account that got them, and blink until read.
import assert from "node:assert/strict";
import { bubble, eventually, row, signedIn, tab, write } from "../support/browser.mjs";
import { account, friends, link } from "../support/people.mjs";

export async function threeLinkedTabs_ItemsGoToTheReceivingTabAndBlinkUntilRead({ browser, server }) {
  const [ann, work, game] = [await account(server, "ann", "Ann"), await account(server, "work", "Ann at work"), await account(server, "game", "Annduril")];
  const [bob, cat] = [await account(server, "bob", "Bob"), await account(server, "cat", "Cat")];
  const open = await friends(server, [bob, ann], [bob, game], [cat, work]);
  await link(server, ann, work, game);
  const page = await signedIn(browser, server, ann);
  await eventually(() => page.locator(".account-tab").count(), n => n === 3, "three tabs");
  assert.equal(await tab(page, ann).getAttribute("aria-selected"), "true");

  // To the game character, while the page of ann is open.
  await open.get(bob).send(bob, game, "To the dungeon!");
  await eventually(() => tab(page, game).getAttribute("class"), c => /blink/.test(c), "the tab of the receiving account to blink");
  assert.equal(await tab(page, game).evaluate(el => getComputedStyle(el).animationName), "blink");
  assert.doesNotMatch(await tab(page, work).getAttribute("class"), /blink/);
  assert.doesNotMatch(await row(page, bob).getAttribute("class"), /blink/, "bob wrote to another page");
  await eventually(() => page.title(), title => title.startsWith("(1) "), "the title to count");

  await tab(page, game).click();
  await eventually(() => row(page, bob).getAttribute("class"), c => /blink/.test(c), "the contact of that page to blink");
  await row(page, bob).click();
  await bubble(page, "To the dungeon!").waitFor();
  await eventually(() => tab(page, game).getAttribute("class"), c => !/blink/.test(c), "the blinking to end with reading");
  await eventually(() => page.title(), title => !title.startsWith("("), "the count to go");
  await eventually(() => open.get(bob).page(bob).receipts.get(game)?.read ?? 0, n => n > 0, "the receipt at bob");

  // L11: it is said who speaks, and it is so.
  assert.equal(await page.locator(".speaks").getAttribute("data-as"), game);
  assert.match(await page.locator(".speaks").innerText(), /You write as Annduril/);
  await write(page, "On my way");
  await eventually(() => open.get(bob).conversation(bob, game).at(-1)?.body, body => body === "On my way", "the answer at bob");
  assert.equal(open.get(bob).conversation(bob, game).at(-1).from, game);

  // Arrow keys move along the tabs; the other pages are as they were.
  await tab(page, game).focus();
  await page.keyboard.press("Home");
  await eventually(() => tab(page, ann).evaluate(el => el === document.activeElement && el.getAttribute("aria-selected")), v => v === "true", "Home to lead to the first tab");
  await row(page, bob).click();
  assert.equal(await bubble(page, "To the dungeon!").count(), 0, "a message of another account");
  await page.context().close();
}

export async function reducedMotion_NothingMovesButItShows({ browser, server }) {
  const [ann, bob] = [await account(server, "ann"), await account(server, "bob")];
  const open = await friends(server, [bob, ann]);
  const page = await signedIn(browser, server, ann, { reducedMotion: "reduce" });
  await open.get(bob).send(bob, ann, "Still");
  await eventually(() => row(page, bob).getAttribute("class"), c => /blink/.test(c), "the contact to be marked");
  const style = await row(page, bob).evaluate(el => [getComputedStyle(el).animationName, getComputedStyle(el).backgroundColor]);
  assert.equal(style[0], "none");
  assert.notEqual(style[1], "rgba(0, 0, 0, 0)");
  await page.context().close();
}

export async function sendStates_GoFromSentToReadAndAFailureCanBeRetried({ browser, server }) {
  const [ann, bob, stranger] = [await account(server, "ann", "Ann"), await account(server, "bob", "Bob"), await account(server, "eve", "Eve")];
  const open = await friends(server, [bob, ann], [stranger, ann]);
  const page = await signedIn(browser, server, ann);
  await row(page, bob).click();
  await write(page, "Hello Bob");
  const state = text => bubble(page, text).getAttribute("data-state");
  await eventually(() => state("Hello Bob"), s => s === "delivered", "the message to be delivered");
  await open.get(bob).markRead(bob, ann);
  await eventually(() => state("Hello Bob"), s => s === "read", "the message to be read");

  await open.get(bob).setTyping(bob, ann, true);
  await page.locator(".main-head .typing").waitFor();

  // Shift+Enter is a new line.
  await page.locator(".composer textarea").fill("one");
  await page.locator(".composer textarea").press("Shift+Enter");
  await page.locator(".composer textarea").pressSequentially("two");
  await page.locator(".composer textarea").press("Enter");
  await eventually(() => open.get(bob).conversation(bob, ann).at(-1)?.body, body => body === "one\ntwo", "two lines at bob");

  // Refused, told why, sent again when the reason is gone.
  await open.get(stranger).removeContact(stranger, ann);
  await page.locator("[data-peer]").first().waitFor();
  await row(page, bob).focus();
  await page.evaluate(() => {});
  await eventually(() => row(page, stranger).count(), n => n === 0, "eve to be gone from the list");
  await open.get(stranger).requestContact(stranger, ann, "Sorry!");
  await page.locator(`[data-request="${stranger}"]`).waitFor();
  assert.match(await page.locator(`[data-request="${stranger}"]`).innerText(), /Sorry!/);
  await page.locator(`[data-request="${stranger}"] button.main`).click();
  await row(page, stranger).click();
  await open.get(stranger).blockContact(stranger, ann);
  await write(page, "Do you hear me?");
  await eventually(() => state("Do you hear me?"), s => s === "failed", "the refusal");
  assert.match(await bubble(page, "Do you hear me?").innerText(), /Not sent\./);
  await open.get(stranger).unblockContact(stranger, ann);
  await open.get(stranger).setPrivacy(stranger, "privacy.messages", "everyone");
  await bubble(page, "Do you hear me?").getByRole("button", { name: "Retry" }).click();
  await eventually(() => open.get(stranger).conversation(stranger, ann).at(-1)?.body, body => body === "Do you hear me?", "the message after the retry");
  assert.equal(await bubble(page, "Do you hear me?").count(), 1);
  await page.context().close();
}

export async function history_IsPagedBackwardsWithoutLosingThePlace({ browser, server }) {
  const [ann, bob] = [await account(server, "ann"), await account(server, "bob")];
  const open = await friends(server, [bob, ann]);
  const im = open.get(bob);
  const sent = [];
  for (let i = 1; i <= 320; i++) {
    sent.push(im.send(bob, ann, `line ${i}.`));
  }
  await Promise.all(sent);
  const page = await signedIn(browser, server, ann);
  await row(page, bob).click();
  await bubble(page, "line 320.").waitFor();
  await eventually(() => page.locator(".log").evaluate(el => el.scrollHeight - el.scrollTop - el.clientHeight), gap => gap < 5, "the newest to be in sight");
  for (let tries = 0; await bubble(page, "line 1.").count() === 0 && tries < 12; tries++) {
    const count = await page.locator(".bubble").count();
    await page.locator(".log").evaluate(el => { el.scrollTop = 0; });
    await eventually(() => page.locator(".bubble").count(), n => n > count, "older lines");
    assert.ok(await page.locator(".log").evaluate(el => el.scrollTop) > 0, "the place was lost");
  }
  const lines = await page.locator(".bubble .body").allInnerTexts();
  assert.deepEqual(lines, Array.from({ length: 320 }, (_, i) => `line ${i + 1}.`));
  await page.context().close();
}

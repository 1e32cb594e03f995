// Mission L12, L7: the settings window of linked accounts, and two browsers that see each other's edits.
import assert from "node:assert/strict";
import { eventually, signedIn, tab } from "../support/browser.mjs";
import { account, password } from "../support/people.mjs";

export async function linkSettings_AddsSeveralShowsTheRejectedAndTwoBrowsersSeeItLive({ browser, server }) {
  const [ann, work, game, other] = [await account(server, "ann", "Ann"), await account(server, "work", "Work"), await account(server, "game", "Game"), await account(server, "other")];
  const first = await signedIn(browser, server, ann);
  const second = await signedIn(browser, server, ann);

  await first.getByRole("button", { name: "Linked accounts" }).click();
  const window = first.getByRole("dialog", { name: "Linked accounts" });
  const rows = [[work, password, "master"], [game, password, "secondary"], [other, "wrong", "secondary"], ["nobody-here", "x", "secondary"], [ann, password, "secondary"]];
  for (let i = 1; i < rows.length; i++) {
    await window.getByRole("button", { name: "Another account" }).click();
  }
  for (const [i, [id, secret, role]] of rows.entries()) {
    await window.getByLabel("Account", { exact: true }).nth(i).fill(id);
    await window.getByLabel("Password", { exact: true }).nth(i).fill(secret);
    await window.getByLabel("Role", { exact: true }).nth(i).selectOption(role);
  }
  await window.getByRole("button", { name: "Link", exact: true }).click();
  await window.locator("[data-rejected]").first().waitFor();
  const rejected = Object.fromEntries(await window.locator("[data-rejected]").evaluateAll(all => all.map(el => [el.dataset.rejected, el.dataset.reason])));
  assert.deepEqual(rejected, { [other]: "bad_credentials", "nobody-here": "unknown_account", [ann]: "self" });
  assert.match(await window.locator(`[data-rejected="${other}"]`).innerText(), /The password is not right/);

  // Who was rejected can be mended; nothing has to be typed twice.
  assert.equal(await window.getByLabel("Account", { exact: true }).count(), 3);
  await eventually(() => second.locator(".account-tab").count(), n => n === 3, "the tabs in the other browser");

  // Roles and removal, live in both.
  await eventually(() => window.locator(`[data-member="${game}"] select`).inputValue(), v => v === "secondary", "the role");
  await window.locator(`[data-member="${game}"]`).getByRole("button", { name: "Remove" }).click();
  await eventually(() => tab(second, game).count(), n => n === 0, "the tab to go from the other browser");
  await eventually(() => tab(first, game).count(), n => n === 0, "the tab to go from this one");
  await second.getByRole("button", { name: "Linked accounts" }).click();
  const mirror = second.getByRole("dialog", { name: "Linked accounts" });
  await mirror.locator(`[data-member="${work}"]`).waitFor();
  await mirror.locator(`[data-member="${work}"] select`).selectOption("secondary");
  await eventually(() => window.locator(`[data-member="${work}"] select`).inputValue(), v => v === "secondary", "the role to change in the window of the first");

  // The last master cannot step down; the window says so and stays as it was.
  await mirror.locator(`[data-member="${ann}"] select`).selectOption("secondary");
  await mirror.getByText("At least one account stays master.").waitFor();
  assert.equal(await mirror.locator(`[data-member="${ann}"] select`).inputValue(), "master");

  // Escape closes, and the focus is where it was.
  await first.keyboard.press("Escape");
  await eventually(() => first.locator("dialog").count(), n => n === 0, "the window to close");
  assert.equal(await first.evaluate(() => document.activeElement.getAttribute("aria-label")), "Linked accounts");

  // A secondary sees itself only, and may leave.
  const third = await signedIn(browser, server, work);
  assert.equal(await third.locator(".account-tab").count(), 1);
  await third.getByRole("button", { name: "Linked accounts" }).click();
  await third.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await third.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await eventually(() => tab(first, work).count(), n => n === 0, "the account that left to be gone");
  await Promise.all([first, second, third].map(page => page.context().close()));
}

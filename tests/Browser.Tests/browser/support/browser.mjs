// One Chromium for all scenarios; a context is a browser of its own.
import { createRequire } from "node:module";
import path from "node:path";
import { password } from "./people.mjs";

const modules = createRequire(path.join(process.env.ORLEANSIM_NPM, "package.json"));
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];
const PATIENCE = 60_000;

export const axePath = () => modules.resolve("axe-core/axe.min.js");

export async function launch() {
  const { chromium } = modules("playwright-core");
  return await chromium.launch({ executablePath: process.env.ORLEANSIM_CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** What went wrong in pages and was not caught: every scenario fails for it. */
export const faults = [];

export async function newBrowser(browser, server, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, locale: "en-GB", timezoneId: "UTC", ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.on("pageerror", error => faults.push(`${error.stack ?? error}`));
  page.on("console", message => {
    // A server that is down is told by the browser as an error; that is what some scenarios are about.
    if (message.type() === "error" && !/Failed to load resource|WebSocket connection|ERR_|Failed to fetch|status of/.test(message.text())) {
      faults.push(message.text());
    }
  });
  page.on("dialog", dialog => {
    faults.push(`A script opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(server.url);
  return page;
}

export async function signIn(page, login, secret = password) {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill(secret);
  await page.locator("button[type=submit]").click();
  await page.locator(".frame").waitFor();
}

/** A new browser, signed in. */
export async function signedIn(browser, server, login, options) {
  const page = await newBrowser(browser, server, options);
  await signIn(page, login);
  return page;
}

export const tab = (page, account) => page.locator(`[role=tab][data-account="${account}"]`);
export const row = (page, peer) => page.locator(`[data-peer="${peer}"]`);
export const bubble = (page, text) => page.locator(".bubble", { has: page.locator(".body", { hasText: text }) });

export async function write(page, text) {
  await page.locator(".composer textarea").fill(text);
  await page.locator(".composer textarea").press("Enter");
}

/** Waits until a thing is as it should be, and says what it was. */
export async function eventually(look, check, what) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    let seen;
    try {
      seen = await look();
      if (check(seen)) {
        return seen;
      }
    } catch (error) {
      seen = error.message;
    }
    if (Date.now() > end) {
      throw new Error(`Waited ${PATIENCE / 1000} s for ${what}; saw ${JSON.stringify(seen)}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

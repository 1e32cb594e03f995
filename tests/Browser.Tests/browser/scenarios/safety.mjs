// What people write is text, whatever it looks like; and the page can be used by everybody.
import assert from "node:assert/strict";
import { axePath, bubble, eventually, row, signedIn, tab } from "../support/browser.mjs";
import { account, friends, link } from "../support/people.mjs";

const CORPUS = [
  "<script>window.__ran=1</script>",
  "<img src=x onerror=\"window.__ran=1\">",
  "<svg onload=window.__ran=1></svg>",
  "\"><iframe src=\"javascript:window.__ran=1\"></iframe>",
  "<a href=\"javascript:window.__ran=1\">click</a>",
  "javascript:window.__ran=1",
  "http://example.test/\"onmouseover=\"window.__ran=1\"",
  "https://example.test/<script>window.__ran=1</script>",
  "{{constructor.constructor('window.__ran=1')()}}${window.__ran=1}",
  "<style>*{display:none}</style><link rel=stylesheet href=//example.test>",
  "\u202Eevil\u202C \u0000\u0007 <b>bold</b>&lt;script&gt;&#60;script&#62;",
  "<math><mi xlink:href=\"data:x,<script>window.__ran=1</script>\">",
  "</textarea></title></style><script>window.__ran=1</script>",
];
const TAME = text => text.replace(/[\u0000\u0007]/g, "");

export async function hostileTexts_AreShownAsTextEverywhere({ browser, server }) {
  const ann = await account(server, "ann", CORPUS[0]);
  const open = await friends(server, ...await Promise.all(CORPUS.slice(0, 5).map(async text => [await account(server, "eve", text), ann])));
  const [eve, ...others] = [...open.keys()].filter(id => id !== ann);
  const anns = open.get(ann);
  for (const text of CORPUS) {
    await open.get(eve).send(eve, ann, TAME(text));
  }
  await open.get(eve).send(eve, ann, "see https://example.test/a?b=c&d=(e). and http://example.test");
  for (const [i, id] of others.entries()) {
    await anns.setContact(ann, id, { remark: CORPUS[i], labels: [CORPUS[i + 1].slice(0, 60)] });
  }
  await anns.setCustom(ann, CORPUS[1].slice(0, 60), { "<b>": CORPUS[2], list: [CORPUS[3]] });
  await anns.setProfile(ann, { description: CORPUS[1] });
  await anns.createGroup(ann, CORPUS[2], [eve]);
  await open.get(eve).setPresence("away", { note: CORPUS[1] });
  const stranger = (await friends(server, [await account(server, "zoe"), await account(server, "yan")])).values().next().value;
  await stranger.requestContact(stranger.account, ann, CORPUS[3]);

  const page = await signedIn(browser, server, ann);
  const clean = async where => {
    const found = await page.evaluate(() => ({
      ran: window.__ran ?? null,
      elements: document.querySelectorAll("#app iframe, #app script, #app style, #app link, #app object, #app embed, #app math, #app b, #app [onerror], #app [onload], #app [onmouseover], #app svg:not(.icon), #app img:not([src='/icon.svg'])").length,
      links: [...document.querySelectorAll("#app a")].filter(a => !/^https?:$/.test(a.protocol) || !a.relList.contains("noopener")).map(a => a.href),
    }));
    assert.deepEqual(found, { ran: null, elements: 0, links: [] }, where);
  };
  await clean("overview");
  await row(page, eve).click();
  await bubble(page, "see https://example.test").waitFor();
  const bodies = await page.locator(".bubble .body").allTextContents();
  for (const text of CORPUS) {
    assert.ok(bodies.includes(TAME(text)), `not shown as it was written: ${text}; ${JSON.stringify(bodies)}`);
  }
  assert.deepEqual(await bubble(page, "see https://example.test").locator("a").evaluateAll(all => all.map(a => a.getAttribute("href"))), ["https://example.test/a?b=c&d=(e", "http://example.test"]);
  await clean("conversation");
  await page.getByRole("button", { name: "Contact info" }).click();
  await page.getByRole("dialog").waitFor();
  await clean("contact");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  for (const name of ["Profile", "Privacy", "Custom data", "Devices"]) {
    await page.getByRole("tab", { name }).click();
    await clean(name);
  }
  await page.keyboard.press("Escape");
  await page.locator("[data-peer^='group:']").click();
  await clean("group");
  await page.context().close();
}

async function axe(page, where) {
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const bad = violations.filter(v => v.impact === "serious" || v.impact === "critical");
  assert.deepEqual(bad.map(v => `${where}: ${v.id}: ${v.nodes.map(n => `${n.target} ${n.failureSummary}`).slice(0, 3).join(" | ")}`), [], where);
}

export async function accessibility_NoSeriousFindingInTheMainStates({ browser, server }) {
  const [ann, work, bob, cat, dan] = [await account(server, "ann", "Ann"), await account(server, "work", "Ann at work"), await account(server, "bob", "Bob"), await account(server, "cat", "Cat"), await account(server, "dan", "Dan")];
  const open = await friends(server, [bob, ann], [cat, ann], [bob, work]);
  await link(server, ann, work);
  const zed = (await friends(server, [dan, bob])).get(dan);
  await zed.requestContact(dan, ann, "It is me");
  await open.get(ann).setContact(ann, cat, { remark: "Cat from school", labels: ["school"] });
  await open.get(ann).createGroup(ann, "Picnic", [bob, cat]);
  await open.get(bob).send(bob, ann, "Lunch at https://example.test ?");
  await open.get(ann).send(ann, bob, "Yes!");
  await open.get(bob).send(bob, work, "Unread");
  for (const colorScheme of ["light", "dark"]) {
    const page = await signedIn(browser, server, ann, { colorScheme, bypassCSP: true });
    await page.addScriptTag({ path: axePath() });
    // Blinking is looked at as it is at rest.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await tab(page, work).waitFor();
    await axe(page, `${colorScheme} overview`);
    await row(page, bob).click();
    await bubble(page, "Yes!").waitFor();
    await axe(page, `${colorScheme} conversation`);
    await page.getByRole("tab", { name: "Mail" }).click();
    await axe(page, `${colorScheme} mail`);
    for (const name of ["Linked accounts", "Settings"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await axe(page, `${colorScheme} ${name}`);
      await page.keyboard.press("Escape");
      await eventually(() => page.locator("dialog").count(), n => n === 0, "the window to close");
    }
    await page.context().close();
  }
}

export async function widthsAndDirections_NothingHangsOverTheEdge({ browser, server }) {
  const [ann, bob] = [await account(server, "ann", "Ann with a rather long name that has to be cut somewhere"), await account(server, "bob", "鲍勃·بوب")];
  const open = await friends(server, [bob, ann]);
  await link(server, ann, await account(server, "work", "Ann at work"), await account(server, "game", "Annduril of the north"));
  await open.get(bob).send(bob, ann, `مرحبا ${"x".repeat(300)}`);
  for (const [width, locale, query] of [[320, "en-GB", ""], [360, "zh-CN", "?dir=rtl"], [1200, "zh-CN", "?dir=rtl"]]) {
    const page = await signedIn(browser, server, ann, { viewport: { width, height: 640 }, locale });
    if (query) {
      await page.goto(`${server.url}/${query}`);
      await page.locator(".frame").waitFor();
    }
    const fits = async where => assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll("#app *")].filter(el => {
      const box = el.getBoundingClientRect();
      return box.width > 0 && !el.closest(".sr, .accounts, svg, .toasts") && (box.right > innerWidth + 1 || box.left < -1);
    }).map(el => el.className)), [], `${where} at ${width} ${locale}`);
    assert.equal(await page.evaluate(() => document.documentElement.lang), locale.slice(0, 2));
    await fits("lists");
    await row(page, bob).click();
    await page.locator(".bubble").first().waitFor();
    await fits("conversation");
    if (width < 720) {
      assert.equal(await page.locator(".side").isVisible(), false, "one column at a time");
      await page.locator(".back").click();
      await page.locator(".side").waitFor();
    }
    await page.locator(".top button.round").first().click();
    await page.locator("dialog[open]").waitFor();
    await fits("window");
    await page.context().close();
  }
}

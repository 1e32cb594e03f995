// Pictures for the documentation: the main states, as they are. Only where ORLEANSIM_PICTURES names a folder.
import path from "node:path";
import { bubble, eventually, newBrowser, row, signIn, signedIn, tab } from "../support/browser.mjs";
import { deliver, mail, mailbox } from "../support/mail.mjs";
import { account, client, friends, link } from "../support/people.mjs";

const take = (page, name) => page.screenshot({ path: path.join(process.env.ORLEANSIM_PICTURES, `${name}.png`), animations: "disabled" });
const DESKTOP = { viewport: { width: 1100, height: 700 } };
const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

async function cast(server) {
  const [box, bobs, suns] = mail ? [mailbox(), mailbox(), mailbox()] : [];
  const names = { ann: ["ann", "Ann Lindqvist"], work: ["ann.work", "Ann (work)"], game: ["annduril", "Annduril"], bob: ["bob", "Bob Keller", bobs?.address], sun: ["sun", "孙明", suns?.address], dina: ["dina", "Dina Haddad"], raj: ["raj", "Raj Patel"], leo: ["leo", "Leo"] };
  const ids = {};
  for (const [key, args] of Object.entries(names)) {
    ids[key] = await account(server, ...args);
  }
  const open = await friends(server, [ids.bob, ids.ann], [ids.sun, ids.ann], [ids.dina, ids.ann], [ids.raj, ids.work], [ids.leo, ids.game]);
  const of = key => open.get(ids[key]);
  await link(server, ids.ann, ids.work, ids.game);
  const zoe = await client(server, await account(server, "zoe", "Zoé Martin"));
  await zoe.requestContact(zoe.account, ids.ann, "We met at the conference.");
  await of("ann").setContact(ids.ann, ids.dina, { labels: ["climbing"] });
  await of("ann").setContact(ids.ann, ids.sun, { labels: ["family"] });
  await of("dina").setPresence("busy", { note: "In a meeting" });
  await of("ann").setProfile(ids.ann, { description: "Maps, mountains and tea." });
  await of("ann").setCustom(ids.ann, "pet", "Misu, a cat");
  const group = await of("ann").createGroup(ids.ann, "Sunday picnic", [ids.bob, ids.dina]);
  await of("bob").send(ids.bob, group.group.peer, "I bring the bread.");
  const talk = [["bob", "ann", "Are you coming on Sunday?"], ["ann", "bob", "Yes! Where do we meet?"], ["bob", "ann", "At the station, 10:15.\nThe way: https://example.org/map"], ["ann", "bob", "Perfect. I bring tea and the big blanket, and perhaps Misu if she feels like it."]];
  for (const [from, to, text] of talk) {
    await of(from).send(ids[from], ids[to], text);
  }
  await eventually(() => of("bob").conversation(ids.bob, ids.ann).length, n => n === talk.length, "all lines at bob");
  await of("bob").markRead(ids.bob, ids.ann);
  await of("sun").send(ids.sun, ids.ann, "明天一起吃饭吗？");
  await of("raj").send(ids.raj, ids.work, "The numbers are in.");
  if (mail) {
    await of("ann").bindMailbox(ids.ann, { address: box.address, auth: { type: "password", password: box.password } });
    await of("ann").mapAddress(ids.ann, "s.ming@example.test", ids.sun).catch(() => {});
    for (const one of [{ from: "news@example.test", name: "City Library", subject: "Your loans are due on Friday", text: "Three books are due. You can renew them until Thursday evening." }, { from: suns.address, name: "Ming Sun", subject: "照片", text: "上周的照片在这里，你喜欢哪一张？" }, { from: bobs.address, name: "B. Keller", subject: "Sunday: who brings what", text: `Bread and cheese from me. ${suns.address} brings fruit, I hope. See you at ten past ten.` }]) {
      await deliver(box, one);
    }
    await eventually(() => of("ann").page(ids.ann).mailboxes.get(box.address)?.unread ?? 0, n => n === 3, "the mails");
  }
  await of("ann").close();
  return { ids, of, box };
}

export async function pictures({ browser, server }) {
  const { ids, of, box } = await cast(server);
  for (const [size, options] of [["desktop", DESKTOP], ["phone", PHONE]]) {
    const gate = await newBrowser(browser, server, options);
    await take(gate, `sign-in-${size}`);
    await gate.context().close();

    const page = await signedIn(browser, server, ids.ann, options);
    await tab(page, ids.game).waitFor();
    if (size === "phone") {
      await take(page, "lists-phone");
    }
    await row(page, ids.bob).click();
    await bubble(page, "Perfect.").waitFor();
    await eventually(() => bubble(page, "Perfect.").getAttribute("data-state"), s => s === "read", "read");
    await of("bob").setTyping(ids.bob, ids.ann, true);
    await page.locator(".main-head .typing").waitFor();
    await take(page, `chat-${size}`);
    if (size === "desktop") {
      await page.emulateMedia({ colorScheme: "dark" });
      await take(page, "chat-dark-desktop");
      await page.emulateMedia({ colorScheme: "light" });
      await page.getByRole("button", { name: "Linked accounts" }).click();
      const window = page.getByRole("dialog");
      await window.getByLabel("Account", { exact: true }).fill(ids.leo);
      await window.getByLabel("Password", { exact: true }).fill("wrong");
      await window.getByRole("button", { name: "Link", exact: true }).click();
      await window.locator("[data-rejected]").waitFor();
      await take(page, "links-desktop");
    }
    await page.context().close();
    if (!mail) {
      continue;
    }

    const viewer = await newBrowser(browser, server, options);
    await signIn(viewer, box.address, box.password);
    await eventually(() => viewer.locator("[data-mail]").count(), n => n === 3, "the mails");
    if (size === "phone") {
      await take(viewer, "mail-phone");
    } else {
      await viewer.locator("[data-mail]").first().click();
      await viewer.locator(".match").waitFor();
      await take(viewer, "mail-desktop");
    }
    await viewer.context().close();
  }
}

// Which window is open. One at a time.
import { button, h } from "../dom.js";
import { app, closeDialog } from "../state.js";
import { t } from "../texts.js";
import { bindDialog, mailboxesDialog } from "./mailboxes.js";
import { addContactDialog, contactDialog } from "./contact.js";
import { groupDialog, newGroupDialog } from "./group.js";
import { linksDialog } from "./links.js";
import { dialog } from "./parts.js";
import { settingsDialog } from "./settings.js";

export function dialogs(signOut) {
  const open = app.dialog;
  if (!open || app.phase !== "in") {
    return null;
  }
  if (open.kind === "links") {
    return linksDialog();
  }
  if (open.kind === "ask") {
    return dialog(open.title, "narrow", h("p", { dir: "auto" }, open.text), h("div", { class: "actions end" },
      button("", t("cancel"), () => closeDialog()),
      button("danger", open.yes, () => closeDialog(open.work))));
  }
  const page = app.client.page(open.account);
  if (!page) {
    return null;
  }
  switch (open.kind) {
    case "settings": return settingsDialog(page, signOut);
    case "contact": return contactDialog(page, open.peer);
    case "group": return groupDialog(page, open.peer);
    case "addContact": return addContactDialog(page);
    case "newGroup": return newGroupDialog(page);
    case "mailboxes": return mailboxesDialog(page);
    case "bind": return bindDialog(page);
    default: return null;
  }
}

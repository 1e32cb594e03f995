// Group chats: making one, its members and their roles.
import { button, h } from "../dom.js";
import { avatar, errorWords, nameOf, reasonWords } from "../format.js";
import { app, closeDialog, go, run, task } from "../state.js";
import { t } from "../texts.js";
import { groupOf } from "./chat.js";
import { dialog, failure, field } from "./parts.js";

function friendChoices(page, except = new Set()) {
  const friends = [...page.contacts.values()].filter(contact => contact.state === "friend" && !except.has(contact.account));
  return friends.length
    ? h("fieldset", { class: "choices" }, h("legend", { class: "label" }, t("members")), friends.map(contact => h("label", { class: "check", key: contact.account }, h("input", { type: "checkbox", name: "member", value: contact.account }), h("span", { dir: "auto" }, nameOf(page, contact.account)))))
    : h("p", { class: "quiet small" }, t("noFriendsToAdd"));
}

function notAdded(rejected) {
  return rejected?.length ? failure(rejected.map(({ account, reason }) => `${account}: ${reasonWords(reason)}`).join(" ")) : null;
}

export function newGroupDialog(page) {
  const { busy, error, result } = task("dialog.group");
  return dialog(t("newGroup"), "narrow",
    h("form", { onsubmit: event => {
      event.preventDefault();
      const data = new FormData(event.target);
      void run("dialog.group", () => app.client.createGroup(page.account, data.get("name").trim(), data.getAll("member"))).then(made => {
        if (made && !made.rejected.length) {
          closeDialog();
        }
        if (made) {
          go(page.account, { section: "chats", peer: made.group.peer });
        }
      });
    } },
    field(t("groupName"), h("input", { name: "name", required: true, maxlength: 512, dir: "auto", mount: el => el.focus() })),
    friendChoices(page),
    error && failure(errorWords(error)), notAdded(result?.rejected),
    h("div", { class: "actions end" }, button("", t("cancel"), () => closeDialog()), h("button", { type: "submit", class: "main", disabled: !!busy }, t("create")))));
}

export function groupDialog(page, peer) {
  const entry = page.groups.get(peer);
  const group = groupOf(page, peer);
  const { busy, error, result } = task("dialog.group");
  const rank = entry?.role;
  const act = work => void run("dialog.group", work);
  return dialog(entry?.name ?? peer, "",
    error && failure(errorWords(error)), notAdded(result?.rejected),
    !group ? h("p", { class: "quiet" }, entry ? t("loading") : t("notMember")) : [
      h("ul", { class: "members", key: "members" }, group.members.map(member => h("li", { key: member.account, class: "row still" },
        avatar(nameOf(page, member.account), member.account),
        h("span", { class: "row-text" }, h("strong", { class: "clip", dir: "auto" }, nameOf(page, member.account)), h("span", { class: "quiet small" }, member.account)),
        rank === "owner" ? h("select", { "aria-label": t("roleOf", { name: member.account }), value: member.role, disabled: !!busy, onchange: event => act(() => app.client.setGroupRole(page.account, peer, member.account, event.target.value)) }, ["owner", "admin", "member"].map(role => h("option", { key: role, value: role }, t(`group.${role}`))))
          : h("span", { class: "quiet small" }, t(`group.${member.role}`)),
        member.account !== page.account && (rank === "owner" || (rank === "admin" && member.role === "member")) && button("small", t("remove"), () => act(() => app.client.kickFromGroup(page.account, peer, member.account)))))),
      rank !== "member" && h("form", { key: "name", class: "row-line", onsubmit: event => {
        event.preventDefault();
        act(() => app.client.setGroup(page.account, peer, { name: new FormData(event.target).get("name").trim() }));
      } }, h("input", { class: "grow", name: "name", "aria-label": t("groupName"), initial: entry?.name ?? "", required: true, maxlength: 512, dir: "auto" }), h("button", { type: "submit", disabled: !!busy }, t("rename"))),
      (rank !== "member" || group.memberInvites) && h("form", { key: "invite", onsubmit: event => {
        event.preventDefault();
        const chosen = new FormData(event.target).getAll("member");
        if (chosen.length) {
          act(() => app.client.inviteToGroup(page.account, peer, chosen));
        }
      } }, friendChoices(page, new Set(group.members.map(member => member.account))), h("button", { type: "submit", disabled: !!busy }, t("addMembers"))),
      h("div", { class: "actions", key: "leave" }, button("danger", t("leaveGroup"), () => void run("dialog.group", () => app.client.leaveGroup(page.account, peer)).then(() => !task("dialog.group").error && closeDialog()))),
    ]);
}

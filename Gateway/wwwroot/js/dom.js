// A small virtual DOM. Content only ever becomes text nodes and properties: there is no way to give it HTML.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect"]);
const PROPERTIES = new Set(["value", "checked", "disabled", "open", "hidden", "selected", "indeterminate", "readOnly", "required"]);
const RESERVED = new Set(["key", "mount", "after"]);

/**
 * Describes an element. Props are attributes, except: `on…` are listeners; `key` tells children apart; `value` is held at
 * what it is, `initial` is a value that may be typed over; `mount(el)` is called once it is in the document, `after(el)`
 * after each drawing.
 */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, key: props?.key, children: flatten(children, []) };
}

function flatten(children, into) {
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === true) {
      continue;
    }
    if (Array.isArray(child)) {
      flatten(child, into);
    } else {
      into.push(typeof child === "object" ? child : { text: String(child) });
    }
  }
  return into;
}

/** Makes the children of an element what is described, changing as little as can be. Focus stays where it is. */
export function draw(root, ...children) {
  const focused = document.activeElement;
  const late = [];
  patchChildren(root, flatten(children, []), late);
  for (const call of late) {
    call();
  }
  if (focused && focused !== document.activeElement && focused.isConnected && focused !== document.body && document.activeElement === document.body) {
    focused.focus({ preventScroll: true });
  }
}

function patchChildren(parent, nodes, late) {
  const old = parent.__nodes ?? [];
  const keyed = new Map();
  const loose = [];
  for (const node of old) {
    if (node.key !== undefined) {
      keyed.set(node.key, node);
    } else {
      loose.push(node);
    }
  }

  let next = 0;
  const reused = new Set();
  for (const node of nodes) {
    let match;
    if (node.key !== undefined) {
      match = keyed.get(node.key);
    } else {
      // What has no key is matched in order; one that fits no more is skipped and goes.
      for (let i = next; i < loose.length; i++) {
        if (loose[i].tag === node.tag) {
          match = loose[i];
          next = i + 1;
          break;
        }
      }
    }
    if (match && match.tag === node.tag && !reused.has(match)) {
      reused.add(match);
      node.el = match.el;
      patch(node, match, late);
    } else {
      create(node, late);
    }
  }

  for (const node of old) {
    if (!reused.has(node)) {
      node.el.remove();
    }
  }

  let place = parent.firstChild;
  for (const node of nodes) {
    if (node.el === place) {
      place = place.nextSibling;
    } else {
      parent.insertBefore(node.el, place);
    }
  }
  parent.__nodes = nodes;
}

function create(node, late) {
  if (node.tag === undefined) {
    node.el = document.createTextNode(node.text);
    return;
  }
  node.el = SVG_TAGS.has(node.tag) ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  patchChildren(node.el, node.children, late);
  for (const [name, value] of Object.entries(node.props)) {
    setProp(node.el, name, value);
  }
  if (node.props.mount) {
    late.push(() => node.props.mount(node.el));
  }
  if (node.props.after) {
    late.push(() => node.props.after(node.el));
  }
}

function patch(node, old, late) {
  if (node.tag === undefined) {
    if (node.text !== old.text) {
      node.el.data = node.text;
    }
    return;
  }
  // Children first: a select's value needs its options.
  patchChildren(node.el, node.children, late);
  for (const name of Object.keys(old.props)) {
    if (!(name in node.props)) {
      setProp(node.el, name, undefined);
    }
  }
  for (const [name, value] of Object.entries(node.props)) {
    if (name === "initial") {
      // What somebody has typed since stays.
      if (value !== old.props.initial && node.el.value === (old.props.initial ?? "")) {
        setProp(node.el, name, value);
      }
    } else if (value !== old.props[name] || (name === "value" && node.el.value !== value)) {
      setProp(node.el, name, value);
    }
  }
  if (node.props.after) {
    late.push(() => node.props.after(node.el));
  }
}

function setProp(el, name, value) {
  if (RESERVED.has(name)) {
    return;
  }
  if (name.startsWith("on")) {
    el[name] = value ?? null;
  } else if (name === "initial") {
    el.value = value ?? "";
  } else if (PROPERTIES.has(name)) {
    if (el[name] !== value) {
      el[name] = value ?? (name === "value" ? "" : false);
    }
  } else if (value === undefined || value === null || value === false) {
    el.removeAttribute(name);
  } else {
    el.setAttribute(name, value === true ? "" : String(value));
  }
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-6 16-3-7z",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
  gear: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  chat: "M4 5h16v11H9l-5 4z",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c0-3 3-5 6-5s6 2 6 5M16 5.5a3 3 0 0 1 0 5.5M18 14.5c2 .7 3 2.3 3 4.5",
  info: "M12 11v6M12 7.5v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  out: "M10 5H5v14h5M14 8l4 4-4 4M18 12H9",
  clock: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  check: "M5 13l4 4L19 7",
  checks: "M2 13l4 4 9-10M11 16l1 1L22 7",
  alert: "M12 8v5M12 16v.5M12 3L2 20h20z",
  pencil: "M4 20l1-4L16 5l3 3L8 19z",
  bell: "M6 17h12l-1.5-2.5V11a4.5 4.5 0 0 0-9 0v3.5zM10.5 19.5h3",
  refresh: "M19 8a8 8 0 1 0 1 5M19 3v5h-5",
};

/** A picture beside a text, or alone on a button that has a name: never the only thing that says something. */
export function icon(name) {
  return h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, h("path", { d: ICONS[name] }));
}

/** A button with a name; `look` is a class. */
export function button(look, name, onclick, ...children) {
  return h("button", { type: "button", class: look, onclick, "aria-label": children.some(c => typeof c === "string") ? null : name, title: look.includes("round") ? name : null }, ...(children.length ? children : [name]));
}

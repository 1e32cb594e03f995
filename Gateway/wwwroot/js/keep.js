// What this device remembers: the session (for this tab, or until sign-out) and preferences. Both stay in this origin.
const NAME = "orleansim-web";
const STORE = "keep";

function database() {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open(NAME, 1);
    open.onupgradeneeded = () => open.result.createObjectStore(STORE);
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
  });
}

async function inStore(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const change = db.transaction(STORE, mode);
      const request = work(change.objectStore(STORE));
      change.oncomplete = () => resolve(request.result);
      change.onabort = change.onerror = () => reject(change.error);
    });
  } finally {
    db.close();
  }
}

/** The session to go on with, or null. One that was for this tab only wins. */
export async function keptSession() {
  try {
    const here = sessionStorage.getItem("session");
    return here ? JSON.parse(here) : (await inStore("readonly", store => store.get("session"))) ?? null;
  } catch {
    return null;
  }
}

export async function keepSession(session, stay) {
  try {
    sessionStorage.setItem("session", JSON.stringify(session));
    if (stay) {
      await inStore("readwrite", store => store.put(session, "session"));
    }
  } catch {
    // A browser that keeps nothing: the session ends with the page.
  }
}

export async function forgetSession() {
  try {
    sessionStorage.removeItem("session");
    sessionStorage.removeItem("place");
    await inStore("readwrite", store => store.delete("session"));
  } catch {
    // Nothing was kept.
  }
}

export function preference(name, otherwise) {
  try {
    return localStorage.getItem(name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function setPreference(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds for this page.
  }
}

/** Where one was, so that a reload comes back there. */
export function keptPlace() {
  try {
    return JSON.parse(sessionStorage.getItem("place") ?? "null");
  } catch {
    return null;
  }
}

export function keepPlace(place) {
  try {
    sessionStorage.setItem("place", JSON.stringify(place));
  } catch {
    // It is a comfort only.
  }
}

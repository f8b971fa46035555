// Stores API keys in the browser's IndexedDB, encrypted with a key that is derived from a passphrase. Neither the
// passphrase nor the derived key is stored, and the derived key is not extractable.
const ROUNDS = 600000;
const SALT = "salt";
let derived = null;

const text = new TextEncoder();

function request(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error);
  });
}

// Runs an action on the object store.
async function store(mode, deed) {
  const opening = indexedDB.open("txjobs", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  const database = await request(opening);
  try {
    return await deed(database.transaction("keys", mode).objectStore("keys"));
  } finally {
    database.close();
  }
}

export function can() {
  return !!(globalThis.crypto?.subtle && globalThis.indexedDB);
}

// Returns the names of the stored keys, one line each. Does not create the database.
export async function names() {
  if (!can() || !(await indexedDB.databases()).some(({ name }) => name === "txjobs")) return "";
  const all = await store("readonly", (keys) => request(keys.getAllKeys()));
  return all.filter((name) => name !== SALT).join("\n");
}

// Opens the vault and returns a list of alternating names and keys. Creates the vault if it does not exist. Fails if the
// passphrase is wrong.
export async function unlock(passphrase) {
  const salt = await store("readonly", (keys) => request(keys.get(SALT)));
  const used = salt ?? crypto.getRandomValues(new Uint8Array(16));
  const material = await crypto.subtle.importKey("raw", text.encode(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", iterations: ROUNDS, salt: used };
  const key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const both = (keys) => Promise.all([request(keys.getAllKeys()), request(keys.getAll())]);
  const kept = await store("readonly", both);
  const found = [];
  for (const [at, name] of kept[0].entries()) {
    if (name === SALT) continue;
    const { iv, sealed } = kept[1][at];
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: text.encode(name) }, key, sealed);
    found.push(name, new TextDecoder().decode(opened));
  }
  if (!salt) await store("readwrite", (keys) => request(keys.put(used, SALT)));
  derived = key;
  return found;
}

// Stores a key in the open vault.
export async function keep(name, secret) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(name) }, derived, text.encode(secret));
  await store("readwrite", (keys) => request(keys.put({ iv, sealed }, name)));
}

export function lock() {
  derived = null;
}

// Removes a key, and the database together with the last key.
export async function forget(name) {
  await store("readwrite", (keys) => request(keys.delete(name)));
  if (!(await names())) {
    derived = null;
    await request(indexedDB.deleteDatabase("txjobs"));
  }
}

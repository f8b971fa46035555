// Stores API keys in the browser's IndexedDB, encrypted with a key that is derived from a passphrase. Neither the
// passphrase nor the derived key is stored, and the derived key is not extractable.
const PBKDF2_ITERATIONS = 600000;
const SALT = "salt";
let derivedKey = null;

const encoder = new TextEncoder();

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

// Runs an action on the object store.
async function withStore(mode, action) {
  const opening = indexedDB.open("txjobs", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  const database = await resultOf(opening);
  try {
    return await action(database.transaction("keys", mode).objectStore("keys"));
  } finally {
    database.close();
  }
}

export function isSupported() {
  return !!(globalThis.crypto?.subtle && globalThis.indexedDB);
}

// Returns the names of the stored keys, one line each. Does not create the database.
export async function names() {
  if (!isSupported() || !(await indexedDB.databases()).some(({ name }) => name === "txjobs")) return "";
  const all = await withStore("readonly", (keys) => resultOf(keys.getAllKeys()));
  return all.filter((name) => name !== SALT).join("\n");
}

// Opens the vault and returns a list of alternating names and keys. Creates the vault if it does not exist. Fails if the
// passphrase is wrong.
export async function unlock(passphrase) {
  const salt = await withStore("readonly", (keys) => resultOf(keys.get(SALT)));
  const usedSalt = salt ?? crypto.getRandomValues(new Uint8Array(16));
  const material = await crypto.subtle.importKey("raw", encoder.encode(passphrase), "PBKDF2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", hash: "SHA-256", iterations: PBKDF2_ITERATIONS, salt: usedSalt };
  const key = await crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const readAll = (keys) => Promise.all([resultOf(keys.getAllKeys()), resultOf(keys.getAll())]);
  const [names, values] = await withStore("readonly", readAll);
  const keys = [];
  for (const [index, name] of names.entries()) {
    if (name === SALT) continue;
    const { iv, ciphertext } = values[index];
    const secret = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(name) }, key, ciphertext);
    keys.push(name, new TextDecoder().decode(secret));
  }
  if (!salt) await withStore("readwrite", (keys) => resultOf(keys.put(usedSalt, SALT)));
  derivedKey = key;
  return keys;
}

// Stores a key in the open vault.
export async function store(name, secret) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const ciphertext = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(name) }, derivedKey, encoder.encode(secret));
  await withStore("readwrite", (keys) => resultOf(keys.put({ iv, ciphertext }, name)));
}

export function lock() {
  derivedKey = null;
}

// Removes a key, and the database together with the last key.
export async function remove(name) {
  await withStore("readwrite", (keys) => resultOf(keys.delete(name)));
  if (!(await names())) {
    derivedKey = null;
    await resultOf(indexedDB.deleteDatabase("txjobs"));
  }
}

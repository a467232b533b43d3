// Reports that wait on this device until there is a connection, with their photos; and the links of those that were sent.

const NAME = "flurpost";
const DRAFTS = "drafts";
const VERSION = 1;

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore(DRAFTS, { keyPath: "entry" }));
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () => reject(asked.error));
  });
}

async function done(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const asked = act(database.transaction(DRAFTS, mode).objectStore(DRAFTS));
      asked.addEventListener("success", () => resolve(asked.result));
      asked.addEventListener("error", () => reject(asked.error));
    });
  } finally {
    database.close();
  }
}

// A draft: { entry, values: [[name, text or file], …], at, told, link }. `told`: what it lacks; `link`: it was sent.
export function draftPut(draft) {
  return done("readwrite", (drafts) => drafts.put(draft));
}

export function draftDrop(entry) {
  return done("readwrite", (drafts) => drafts.delete(entry));
}

export async function draftsKept() {
  const kept = await done("readonly", (drafts) => drafts.getAll());
  return kept.sort((one, other) => one.at - other.at);
}

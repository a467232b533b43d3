// The proof of work is done by a worker beside the form; whoever reports sees nothing of it. Without it (an old browser,
// a page that is not secure) fewer reports are taken from one address.

import { field, onForm } from "./form.js";

const TIMEOUT = 60_000;

export function proofWatch() {
  let proof = "";
  // The report that the proof is for: another one may take its place in the form.
  let entry = "";

  function fill() {
    const input = field("proof");
    if (input && proof) {
      input.value = proof;
    }
  }

  function work(input) {
    const challenge = JSON.parse(input.dataset.challenge);
    const wanted = entry;
    const worker = new Worker(input.dataset.worker);
    worker.addEventListener("message", ({ data }) => {
      if (data?.derivedKey && wanted === entry) {
        proof = btoa(JSON.stringify({ challenge, solution: data }));
        fill();
      }
      worker.terminate();
    });
    worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1, timeout: TIMEOUT });
  }

  onForm(() => {
    const input = field("proof");
    if (input?.dataset.challenge && field("entry").value !== entry) {
      entry = field("entry").value;
      proof = "";
      work(input);
    }
    fill();
  });
}

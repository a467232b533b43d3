// What the browser's keys (WebAuthn) answer to the options of the server.

export function answered(kind, options) {
  const { publicKey } = options;
  if (kind === "create") {
    const parsed = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
    return navigator.credentials.create({ publicKey: parsed });
  }
  const parsed = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
  return navigator.credentials.get({ publicKey: parsed });
}

// Passkeys: asks the browser to make or use one and sends what it answers. Without this script the pages work by password and code.

const toBytes = (text) => {
  const plain = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(plain.padEnd(Math.ceil(plain.length / 4) * 4, "=")), (c) => c.charCodeAt(0));
};

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const forBrowser = ({ publicKey }) => {
  const asked = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (publicKey.user) asked.user = { ...publicKey.user, id: toBytes(publicKey.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (publicKey[list]) asked[list] = publicKey[list].map((key) => ({ ...key, id: toBytes(key.id) }));
  }
  return { publicKey: asked };
};

const forServer = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment,
  });
};

const signingIn = (options, tick) => {
  const alone = Boolean(tick && tick.checked);
  const wanted = options.publicKey.authenticatorSelection || {};
  options.publicKey.authenticatorSelection = {
    ...wanted,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    userVerification: alone ? "required" : wanted.userVerification,
  };
  return options;
};

const fetched = async (address) => {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}`);
  return (await answer.json()).request_options;
};

const words = (error) =>
  error.name === "NotAllowedError"
    ? "No passkey was used. Try again, or use your password and a code."
    : error.name === "InvalidStateError"
      ? "This device has a passkey for you already."
      : "The passkey did not work here. Use your password and a code, or tell your service desk.";

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const { passkey: kind, form: formId, credential: fieldId, tick: tickId } = place.dataset;
  const form = document.getElementById(formId);
  const trouble = place.querySelector("[role=alert]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    trouble.hidden = true;
    try {
      const options = place.dataset.options ? JSON.parse(place.dataset.options) : await fetched(form.action);
      const credential =
        kind === "make"
          ? await navigator.credentials.create(forBrowser(signingIn(options, document.getElementById(tickId))))
          : await navigator.credentials.get(forBrowser(options));
      document.getElementById(fieldId).value = forServer(credential);
      form.submit();
    } catch (error) {
      trouble.textContent = words(error);
      trouble.hidden = false;
    }
  });
}

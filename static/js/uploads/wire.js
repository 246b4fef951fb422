/** Carries questions to the portal and bytes to wherever a link leads, with progress; knows nothing of rows. */

// No byte moved for so long: the connection is taken for lost.
const SILENCE_MS = 30_000;
const PATIENCE_MS = 180_000;

/** No answer came; `sent` tells whether any byte had left. */
export class Lost extends Error {
  constructor(sent) {
    super("lost");
    this.sent = sent;
  }
}

/** Somebody said no: the HTTP state, and the JSON that the portal told with it. */
export class Refused extends Error {
  constructor(state, told = {}) {
    super(`refused: ${state}`);
    this.state = state;
    this.told = told;
  }
}

/** POST fields to the portal; resolves with its JSON. */
export async function ask(url, fields, { csrf, signal }) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const both = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": csrf },
      // To the sign-in page, when the person was signed out meanwhile.
      redirect: "manual",
      signal: both,
    });
  } catch {
    signal.throwIfAborted();
    throw new Lost(false);
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status || 401, told);
  return told;
}

/** PUT a blob; `onProgress` is told how many of its bytes have left. */
export function put(url, blob, { type, csrf, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let sent = false;
    let timer = 0;
    const stop = () => request.abort();
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
    };
    const settle = (how, value) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      how(value);
    };
    request.open("PUT", url);
    request.setRequestHeader("Content-Type", type);
    // The bucket gets no token of ours.
    if (new URL(url, location.href).origin === location.origin) request.setRequestHeader("X-CSRFToken", csrf);
    request.upload.addEventListener("progress", ({ loaded }) => {
      sent ||= loaded > 0;
      onProgress(loaded);
      listen();
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) return settle(resolve);
      let told = {};
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // The bucket speaks XML; its state says enough.
      }
      settle(reject, new Refused(request.status, told));
    });
    for (const name of ["error", "abort"]) {
      request.addEventListener(name, () => settle(reject, signal.aborted ? signal.reason : new Lost(sent)));
    }
    signal.addEventListener("abort", stop);
    listen();
    request.send(blob);
  });
}

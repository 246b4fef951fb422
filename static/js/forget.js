/** On the sign-in page: what pages wrote down for whoever was signed in does not stay in this browser, but for the theme and,
 * where a session ended by itself, unsaved beats: whoever comes back finds them, and nobody else (signed-out.js). */
(() => {
  const isLedHere = new URLSearchParams(location.search).has("next");
  const isKept = (name) => name === "theme" || (isLedHere && name.startsWith("correct:"));
  try {
    for (const storage of [sessionStorage, localStorage]) {
      for (const name of Object.keys(storage)) if (!isKept(name)) storage.removeItem(name);
    }
  } catch {
    // Storage may be forbidden: then nothing was written there either.
  }
  // Each tab has a sessionStorage of its own, and a page on its screen.
  if (!isLedHere) new BroadcastChannel("signed-out").postMessage(null);
})();

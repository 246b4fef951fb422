/** On the sign-in page: nothing that pages wrote down for whoever was signed in stays in this browser, but the theme. */
(() => {
  const KEPT = ["theme"];
  try {
    sessionStorage.clear();
    for (const name of Object.keys(localStorage)) if (!KEPT.includes(name)) localStorage.removeItem(name);
  } catch {
    // Storage may be forbidden: then nothing was written there either.
  }
  // Each tab has a sessionStorage of its own, and a page on its screen.
  new BroadcastChannel("signed-out").postMessage(null);
})();

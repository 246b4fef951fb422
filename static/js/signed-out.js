/** Leaves for the sign-in page when another tab stands there: whoever is signed out is so in all of them. Unsaved beats of
 * somebody else, who was here before, go. */
(() => {
  const { signIn, person } = document.currentScript.dataset;
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith("correct:") && !name.startsWith(`correct:${person}:`)) sessionStorage.removeItem(name);
    }
  } catch {
    // As in forget.js.
  }
  // A page with unsaved work asks first, as it always does: after a new sign-in it can still be saved.
  new BroadcastChannel("signed-out").onmessage = ({ data: isLedThere }) => {
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(isLedThere ? `${signIn}?next=${back}` : signIn);
  };
})();

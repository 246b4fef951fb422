/** Leaves for the sign-in page when somebody signs out in another tab: they are signed out in all of them. A session that ended
 * by itself leaves pages be: after a new sign-in what is in them can still be sent. Unsaved beats of somebody else go. */
(() => {
  const { signIn, person } = document.currentScript.dataset;
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith("correct:") && !name.startsWith(`correct:${person}:`)) sessionStorage.removeItem(name);
    }
  } catch {
    // As in forget.js.
  }
  new BroadcastChannel("signed-out").onmessage = () => location.assign(signIn);
})();

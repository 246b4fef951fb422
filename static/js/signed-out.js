/** Leaves for the sign-in page when another tab stands there: whoever is signed out is so in all of them. */
(() => {
  const { signIn } = document.currentScript.dataset;
  // A page with unsaved work asks first, as it always does: after a new sign-in it can still be saved.
  new BroadcastChannel("signed-out").onmessage = () => location.assign(signIn);
})();

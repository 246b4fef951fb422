/** Says in the page that a device declined: allauth's own script would only write it to the console. */

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-wrong").hidden = false;
});

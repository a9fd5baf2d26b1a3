// Hands the answer of a provider of tokens to the console that asked for it, in another window of the same site.
const answer = Object.fromEntries(new URLSearchParams(location.search));
const said = document.getElementById("callback");
// Codes and states are nobody else's: they leave the address at once.
history.replaceState(null, "", location.pathname);
if (answer.state && (answer.code || answer.error)) {
  const channel = new BroadcastChannel("portal-console");
  channel.onmessage = ({ data }) => {
    if (data.taken !== answer.state) return;
    said.textContent = t("callback-done");
    close();
  };
  channel.postMessage({ answer });
  said.textContent = t("callback-handed");
} else {
  said.textContent = t("callback-nothing");
}

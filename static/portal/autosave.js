/* The form saves itself with htmx; this only says what htmx cannot: that the session is over, or the network is. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("point");
  // Looked up each time: each save that succeeds puts another in its place.
  const say = (text) => {
    document.getElementById("enregistre").textContent = text;
  };
  form.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 401 ? form.dataset.lost : form.dataset.failed);
  });
  form.addEventListener("htmx:sendError", () => say(form.dataset.failed));
});

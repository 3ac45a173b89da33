/* The form saves itself with htmx; this only says what htmx cannot: that the session is over, or the network is. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("point");
  const said = document.getElementById("enregistre");
  form.addEventListener("htmx:responseError", (event) => {
    said.textContent = event.detail.xhr.status === 401 ? form.dataset.lost : form.dataset.failed;
  });
  form.addEventListener("htmx:sendError", () => {
    said.textContent = form.dataset.failed;
  });
});

// What pages do besides, for those who have JavaScript. Everything works without it.

// After mistakes in a form: go to what was wrong.
document.querySelector(".nhsuk-error-summary")?.focus();

// A second click on a button that acts is not a second act.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.preventDoubleClick) return;
  if (button.dataset.sent) event.preventDefault();
  button.dataset.sent = "yes";
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((button) => delete button.dataset.sent));

// The rest of the menu folds away again by Escape, or by going elsewhere.
const more = document.querySelector(".cw-more details");
const fold = (event) => {
  if (!more?.open || (event.type === "keydown" ? event.key !== "Escape" : more.contains(event.target))) return;
  more.open = false;
  if (event.type === "keydown") more.querySelector("summary").focus();
};
addEventListener("keydown", fold);
addEventListener("click", fold);

// A page that is made to be printed has a button for it.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

// Long work: look again at its progress, and at the whole page once it is over.
const seconds = Number(document.body.dataset.lookAgain);
const lookAgain = async () => {
  const part = document.getElementById("progress");
  const answer = await fetch(location.href).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page && page.getElementById("progress");
  if (page && !fresh) return location.reload();
  if (fresh && !part.contains(document.activeElement)) part.replaceWith(fresh);
  setTimeout(lookAgain, seconds * 1000);
};
if (seconds && document.getElementById("progress")) setTimeout(lookAgain, seconds * 1000);

/* Choose an answer with its number, and go on to the next question. Everything works without it. */
(() => {
  const form = document.querySelector("[data-answers]");
  if (!form) return;
  const questions = [...form.querySelectorAll("[data-question]")];
  const current = () =>
    questions.find((one) => one.contains(document.activeElement)) ||
    questions.find((one) => !one.querySelector("input:checked")) || null;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.matches("input[type=number], input[type=text], textarea, select")) return;
    const question = current();
    const input = question && question.querySelectorAll("input")[Number(event.key) - 1];
    if (!input) return;
    event.preventDefault();
    input.checked = input.type === "radio" ? true : !input.checked;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    const next = input.type === "radio" ? questions[questions.indexOf(question) + 1] : question;
    (next || question).querySelector("input").focus();
    (next || question).scrollIntoView({ block: "center" });
  });
})();

import { copies } from "./copy.js";

const said = document.getElementById("said");
for (const button of document.querySelectorAll(".copy")) {
  copies(button, () => button.previousElementSibling.textContent, said);
}

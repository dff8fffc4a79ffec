// A button that shows what was typed into a password field (ASVS 6.2.6). Without script: none.

function addButton(wrapper) {
  const input = wrapper.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.setAttribute("aria-controls", input.id);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", shown ? "Hide the password" : "Show the password");
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent as a password again, so that no browser remembers it among the texts it has seen.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  wrapper.append(button);
}

document.querySelectorAll("[data-password]").forEach(addButton);

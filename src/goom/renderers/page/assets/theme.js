// Light or dark: as the system has it, or as the reader chose.
function stored(theme) {
  try {
    if (theme) localStorage.setItem("goom-theme", theme);
    return localStorage.getItem("goom-theme");
  } catch { return null; }
}

function useTheme(theme) {
  if (theme) document.documentElement.setAttribute("data-theme", theme);
}

document.getElementById("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark").trim() === "1";
  const theme = dark ? "light" : "dark";
  stored(theme);
  useTheme(theme);
});
useTheme(stored());

// The page: every part in its order, the contents, the theme.
const report = JSON.parse(document.getElementById("case").textContent);

function build() {
  const span = spanOf(report);
  document.title = `${report.subject.name}: ${report.verdict.cause}`;
  const parts = [
    verdictSection(report), memorySection(report, span), ledgerSection(report, span), leaksSection(report), rivalsSection(report),
    flamesSection(report), hotspotsSection(report), collectionsSection(report, span), findingsSection(report),
    uncheckedSection(report), tablesSection(report),
  ].filter(Boolean);
  document.getElementById("report").replaceChildren(...parts);
  const contents = parts.map((part) => {
    const title = part.id === "verdict" ? "Verdict" : part.querySelector("h2").textContent;
    return el("a", { href: `#${part.id}` }, title);
  });
  document.getElementById("contents").replaceChildren(...contents);
}

build();
document.documentElement.setAttribute("data-drawn", "yes");

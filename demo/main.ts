// The page's router: one panel is shown at a time, the one that the address names, and only those that were shown are
// ever loaded. Knows nothing of what panels do.

/** A panel: a custom element in the light DOM, `<made-NAME>`, that demo/NAME/element.ts defines. */
interface Panel extends HTMLElement {
  /** Its tab was chosen: the first time it begins, later it goes on. */
  shown(): void;
  /** Another tab was chosen: it pauses its work and keeps its state. Not called before `shown`. */
  left(): void;
}

const loaders = import.meta.glob("./*/element.ts");
const tabs = document.getElementById("tabs")!;
const links = [...tabs.querySelectorAll("a")].filter((link) => {
  link.hidden = !(loaderOf(nameOf(link)) in loaders);
  return !link.hidden;
});
let current: Panel | undefined;

function loaderOf(name: string): string {
  return `./${name}/element.ts`;
}

function nameOf(link: HTMLAnchorElement): string {
  return link.hash.slice(1);
}

/** Shows the panel that the address names, the first one where it names none. */
async function route(): Promise<void> {
  const link = links.find(({ hash }) => hash === location.hash) ?? links[0];
  const name = nameOf(link);
  const element = document.querySelector(`made-${name}`) as Panel;
  if (element === current) return;
  const before = current;
  current = element;
  if (before) {
    before.hidden = true;
    if (customElements.get(before.localName)) before.left();
  }
  for (const other of links) other.ariaCurrent = other === link ? "page" : null;
  element.hidden = false;
  try {
    await loaders[loaderOf(name)]();
  } catch (error) {
    element.textContent = "This part of the page could not be loaded. Reload the page to try again.";
    throw error;
  }
  if (element === current) element.shown();
}

/** Arrow keys, Home and End go from tab to tab. */
tabs.addEventListener("keydown", (event) => {
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const last = links.length - 1;
  const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
    event.key
  ];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  links[to].focus();
  links[to].click();
});
addEventListener("hashchange", route);
route();

// What JSON.parse does not tell: whether an object has the same key twice, of which it silently keeps the last.

/**
 * The first key that comes a second time in its object, and where, in UTF-16 units; undefined where none does.
 * @param text valid JSON
 */
export function duplicateKey(text: string): { key: string; at: number } | undefined {
  // Of valid JSON nothing matters here but strings, braces and brackets: a string with a colon behind it is a key.
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "{" || sign === "[") open.push(new Set());
    else if (sign === "}" || sign === "]") open.pop();
    else if (sign === '"') {
      const end = endOfString(text, at);
      if (isColonNext(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        const keys = open.at(-1)!;
        if (keys.has(key)) return { key, at };
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** Where the string that begins at `start` has ended. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function isColonNext(text: string, at: number): boolean {
  while (" \t\n\r".includes(text[at])) at++;
  return text[at] === ":";
}

/** Quote a word for a POSIX shell, so that it means itself. @param {string} word */
export function shellQuote(word) {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

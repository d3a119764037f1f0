// Finds a query inside a name the way people shorten names: letters in order, better where they stand together or begin words.

const wordStart = (letters, at) => at === 0 || /[\s\-_.()/]/.test(letters[at - 1]);

// One word of the query: as a whole where it stands so, else letter by letter.
function place(word, letters) {
  for (let from = 0, best = null; ; ) {
    const at = indexOf(letters, word, from);
    if (at < 0) {
      if (best) return best;
      break;
    }
    const found = { score: 60 + word.length * 4 + (wordStart(letters, at) ? 30 : 0) - Math.min(at, 20), at: word.map((_, index) => at + index) };
    if (!best || found.score > best.score) best = found;
    if (wordStart(letters, at)) return found;
    from = at + 1;
    if (from >= letters.length) return best;
    if (indexOf(letters, word, from) < 0) return best;
  }

  const at = [];
  let score = 0;
  let next = 0;
  for (const letter of word) {
    const found = letters.indexOf(letter, next);
    if (found < 0) return null;
    score += found === next && at.length > 0 ? 6 : wordStart(letters, found) ? 5 : -Math.min(found - next, 4);
    at.push(found);
    next = found + 1;
  }
  return score > 0 ? { score, at } : null;
}

function indexOf(letters, word, from) {
  for (let at = from; at + word.length <= letters.length; at++) {
    if (word.every((letter, index) => letters[at + index] === letter)) return at;
  }
  return -1;
}

// null, or how well `query` fits `text` and the positions (of code points) that it took.
export function match(query, text) {
  const letters = Array.from(text.toLowerCase());
  let score = 0;
  const marks = new Set();
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = place(Array.from(word), letters);
    if (!found) return null;
    score += found.score;
    found.at.forEach((position) => marks.add(position));
  }
  return { score: score - letters.length / 50, marks };
}

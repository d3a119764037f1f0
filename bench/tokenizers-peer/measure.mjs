// Encodes every text of a file of JSON strings with Hugging Face's native tokenizers, several times, and prints the best pass:
//   node measure.mjs TOKENIZER.json TEXTS.jsonl PASSES
// -> {"seconds", "tokens", "checksum"}; the checksum tells whether the ids are the studio's.
import { readFileSync } from 'node:fs';
import { Tokenizer } from 'tokenizers';

const [file, textsFile, passes] = process.argv.slice(2);
const tokenizer = Tokenizer.fromFile(file);
const texts = readFileSync(textsFile, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
const options = { addSpecialTokens: false };

// Batches, so that crossing from JavaScript to the library costs next to nothing.
const batchSize = 256;
let best = Infinity;
let checksum = 0;
let tokens = 0;
for (let pass = 0; pass < Number(passes); pass++) {
  let seconds = 0;
  checksum = 0;
  tokens = 0;
  for (let start = 0; start < texts.length; start += batchSize) {
    const batch = texts.slice(start, start + batchSize);
    const begin = process.hrtime.bigint();
    const encodings = await tokenizer.encodeBatch(batch, options);
    seconds += Number(process.hrtime.bigint() - begin) / 1e9;
    for (const encoding of encodings) {
      for (const id of encoding.getIds()) {
        checksum = (Math.imul(checksum, 31) + id) | 0;
        tokens++;
      }
    }
  }
  best = Math.min(best, seconds);
}

console.log(JSON.stringify({ seconds: best, tokens, checksum }));

// Runs llama.cpp on a GGUF file: one JSON request on standard input, one JSON answer on standard output.
//   { "model": PATH, "adapter": PATH?, "threads": 2,
//     "texts": [TEXT...]?,                                  -> "texts": the ids of each, special tokens found, none added
//     "prompts": [[ID...]...]?, "tokens": N, "logits": BOOL -> "greedy": N likeliest tokens after each, "logits": of each one's first
//     "bench": { "rows", "prompt", "steps" }?,              -> "seconds": of each decoding step, all rows together
//     "draw": { "prompts", "answers", "tokens", "atOnce" }? } -> "drawing": seconds of decoding so many answers to each prompt, so many of them at once
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const folder = fileURLToPath(new URL('node_modules/@node-llama-cpp/linux-x64/bins/linux-x64', import.meta.url));
const llama = require(join(folder, 'llama-addon.node'));
const errorLevel = 2;

async function readRequest() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function load(request) {
  llama.setLogger((level, message) => process.stderr.write(message));
  llama.setLoggerLogLevel(errorLevel);
  llama.loadBackends();
  if (llama.getGpuType() == null) llama.loadBackends(folder);
  await llama.init();
  const vocabOnly = !request.prompts && !request.bench && !request.draw;
  const model = new llama.AddonModel(request.model, { addonExports: llama, vocabOnly, useMmap: true, gpuLayers: 0 });
  if (!await model.init()) throw new Error(`llama.cpp did not load ${request.model}`);
  return model;
}

async function open(model, request, sequences, contextSize) {
  // Keys and values in single precision where answers are compared, as llama.cpp has them by itself where time is.
  const exact = request.bench || request.draw ? {} : { kvCacheKeyType: 0, kvCacheValueType: 0, flashAttention: false };
  const context = new llama.AddonContext(model, { contextSize, batchSize: contextSize, sequences, threads: request.threads ?? 2, ...exact });
  if (!await context.init()) throw new Error('llama.cpp made no context');
  if (request.adapter) {
    const adapter = new llama.AddonModelLora(model, request.adapter);
    await model.loadLora(adapter);
    context.setLoras([adapter], [1]);
  }
  return context;
}

async function decode(context, rows) {
  context.initBatch(rows.reduce((sum, row) => sum + row.tokens.length, 0));
  const places = rows.map(row => context.addToBatch(row.sequence, row.position, Uint32Array.from(row.tokens), Uint32Array.of(row.tokens.length - 1))[0]);
  await context.decodeBatch();
  return places;
}

function greedySampler(model) {
  const sampler = new llama.AddonSampler(model);
  sampler.applyConfig({ temperature: 0 });
  return sampler;
}

async function answer(model, request, prompt) {
  const context = await open(model, request, 1, prompt.length + request.tokens + 8);
  const sampler = greedySampler(model);
  const tokens = [];
  let logits;
  for (let fed = prompt, position = 0; tokens.length < request.tokens; position += fed.length, fed = tokens.slice(-1)) {
    const [place] = await decode(context, [{ sequence: 0, position, tokens: fed }]);
    if (request.logits && !logits) {
      const pairs = (await context.sampleToken(place, sampler, false, false, true))[3];
      logits = [];
      for (let index = 0; index < pairs.length; index += 2) logits[pairs[index]] = pairs[index + 1];
    }
    tokens.push(await context.sampleToken(place, sampler));
  }
  await context.dispose();
  return { tokens, logits };
}

async function bench(model, request) {
  const { rows, prompt, steps } = request.bench;
  const context = await open(model, request, rows, rows * (prompt + steps + 8));
  const sampler = greedySampler(model);
  const last = [];
  for (let row = 0; row < rows; row++) {
    const [place] = await decode(context, [{ sequence: row, position: 0, tokens: Array.from({ length: prompt }, (_, index) => 100 * row + index) }]);
    last.push(await context.sampleToken(place, sampler));
  }
  const seconds = [];
  for (let step = 0; step < steps; step++) {
    const begin = process.hrtime.bigint();
    const places = await decode(context, last.map((token, row) => ({ sequence: row, position: prompt + step, tokens: [token] })));
    for (let row = 0; row < rows; row++) last[row] = await context.sampleToken(places[row], sampler);
    seconds.push(Number(process.hrtime.bigint() - begin) / 1e9);
  }
  return seconds;
}

// Seconds of decoding alone: the tokens are chosen beside the clock. A prompt counts once for all answers to it, as if to copy its keys cost nothing.
async function draw(model, request) {
  const { prompts, answers, tokens, atOnce } = request.draw;
  const length = Math.max(...prompts.map(prompt => prompt.length)) + tokens;
  const context = await open(model, request, atOnce, atOnce * length);
  const sampler = greedySampler(model);
  let seconds = 0;

  async function timed(rows) {
    const begin = process.hrtime.bigint();
    const places = await decode(context, rows);
    seconds += Number(process.hrtime.bigint() - begin) / 1e9;
    return places;
  }

  for (let first = 0; first < prompts.length; first += Math.floor(atOnce / answers)) {
    const group = prompts.slice(first, first + Math.floor(atOnce / answers));
    const rows = group.flatMap((prompt, index) => Array.from({ length: answers }, (_, answer) => ({ sequence: index * answers + answer, position: 0, tokens: prompt })));
    const once = rows.filter((_, index) => index % answers === 0);
    const places = await timed(once);
    const last = [];
    for (let index = 0; index < once.length; index++) {
      const token = await context.sampleToken(places[index], sampler);
      for (let answer = 0; answer < answers; answer++) last.push((token + answer) % 1000);
    }
    for (const row of rows.filter((_, index) => index % answers !== 0)) await decode(context, [row]);
    for (let step = 1; step < tokens; step++) {
      const now = await timed(rows.map((row, index) => ({ sequence: row.sequence, position: row.tokens.length + step - 1, tokens: [last[index]] })));
      for (let index = 0; index < rows.length; index++) last[index] = await context.sampleToken(now[index], sampler);
    }
    for (const row of rows) context.disposeSequence(row.sequence);
  }
  await context.dispose();
  return seconds;
}

const request = await readRequest();
const model = await load(request);
const result = {};
if (request.texts) result.texts = request.texts.map(text => Array.from(model.tokenize(text, true)));
if (request.prompts) {
  const answers = [];
  for (const prompt of request.prompts) answers.push(await answer(model, request, prompt));
  result.greedy = answers.map(one => one.tokens);
  if (request.logits) result.logits = answers.map(one => one.logits);
}
if (request.draw) result.drawing = await draw(model, request);
if (request.bench) result.seconds = await bench(model, request);
process.stdout.write(JSON.stringify(result), () => process.exit(0));

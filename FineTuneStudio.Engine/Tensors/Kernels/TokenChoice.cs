namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Chooses the next token of each row from its logits. A row's choice depends on its own logits, key and counter alone.</summary>
public static class TokenChoice
{
    private static readonly Operator Fused = Operator.Named("fts::choose_tokens");

    /// <summary>Chooses one token for each row.</summary>
    /// <remarks>
    /// The top k come first, then of these the fewest that hold the share p, then of these the ones that are likely enough beside the likeliest, as in
    /// Hugging Face's order. Among equal logits the lower id is the likelier.
    /// </remarks>
    /// <param name="logits">fp32. <c>[N, V]</c></param>
    /// <param name="temperatures">0 takes the likeliest token. <c>[N]</c></param>
    /// <param name="topP">Share of probability that is kept; 1 keeps all. <c>[N]</c></param>
    /// <param name="topK">Number of tokens that are kept; 0 keeps all. <c>[N]</c></param>
    /// <param name="keys">Random stream of each row. <c>[N]</c></param>
    /// <param name="counters">Place in its stream, usually the index of the token. <c>[N]</c></param>
    /// <param name="minP">Least probability beside the likeliest token's; 0 keeps all, and so does <see langword="null"/>. <c>[N]</c></param>
    /// <returns>
    /// Tokens, <c>[N]</c>, Int64; and their log-probabilities in nats, fp32 <c>[N, 2]</c>, over the whole vocabulary: first at the row's
    /// temperature (at 1 where that is 0), then at temperature 1.
    /// </returns>
    /// <exception cref="TensorException">A logit is not a number.</exception>
    public static (Tensor Tokens, Tensor LogProbabilities) Apply(
        Tensor logits, double[] temperatures, double[] topP, long[] topK, long[] keys, long[] counters, double[]? minP = null)
    {
        if (!KernelChoice.IsFused(Fused, logits))
        {
            return KernelChoice.IsPlain
                ? ApplyPlain(logits, temperatures, topP, topK, keys, counters, minP)
                : DeviceTokenChoice.Apply(logits, temperatures, topP, topK, keys, counters, minP);
        }

        var results = minP is null ? Fused.CallMany(logits, temperatures, topP, topK, keys, counters) : Fused.CallMany(logits, temperatures, topP, topK, keys, counters, minP);
        return (results[0]!, results[1]!);
    }

    /// <summary>The plain twin of <see cref="Apply"/>, in double precision, row by row.</summary>
    public static (Tensor Tokens, Tensor LogProbabilities) ApplyPlain(
        Tensor logits, double[] temperatures, double[] topP, long[] topK, long[] keys, long[] counters, double[]? minP = null)
    {
        var (rows, vocabulary) = ((int)logits.Size(0), (int)logits.Size(1));
        var numbers = logits.ToArray<float>();
        var (tokens, probabilities) = (new long[rows], new float[2 * rows]);
        for (var row = 0; row < rows; row++)
        {
            var own = Array.ConvertAll(numbers[(row * vocabulary)..((row + 1) * vocabulary)], logit => (double)logit);
            var temperature = temperatures[row] == 0 ? 1 : temperatures[row];
            var tempered = LogSoftmax(own, temperature);
            var ranked = Enumerable.Range(0, vocabulary).OrderByDescending(id => own[id]).ToArray();
            var token = temperatures[row] == 0
                ? ranked[0]
                : Draw(Kept(ranked, tempered, topP[row], topK[row], minP?[row] ?? 0), tempered, Uniform(unchecked((ulong)keys[row]), (ulong)counters[row]));
            tokens[row] = token;
            probabilities[2 * row] = (float)tempered[token];
            probabilities[(2 * row) + 1] = (float)LogSoftmax(own, 1)[token];
        }

        return (Tensor.From<long>(tokens), Tensor.From<float>(probabilities, rows, 2));
    }

    /// <summary>A number in [0, 1) that only key and counter decide: Philox 4x32 with 10 rounds.</summary>
    /// <remarks>Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".</remarks>
    internal static double Uniform(ulong key, ulong counter)
    {
        unchecked
        {
            Span<uint> state = [(uint)counter, (uint)(counter >> 32), 0, 0];
            var (low, high) = ((uint)key, (uint)(key >> 32));
            for (var round = 0; round < 10; round++)
            {
                var first = 0xD2511F53UL * state[0];
                var second = 0xCD9E8D57UL * state[2];
                (state[0], state[1], state[2], state[3]) =
                    ((uint)(second >> 32) ^ state[1] ^ low, (uint)second, (uint)(first >> 32) ^ state[3] ^ high, (uint)first);
                low += 0x9E3779B9;
                high += 0xBB67AE85;
            }

            return ((((ulong)state[0] << 32) | state[1]) >> 11) * (1.0 / (1UL << 53));
        }
    }

    private static double[] LogSoftmax(double[] logits, double temperature)
    {
        var highest = logits.Max();
        var mass = Math.Log(logits.Sum(logit => Math.Exp((logit - highest) / temperature)));
        return Array.ConvertAll(logits, logit => ((logit - highest) / temperature) - mass);
    }

    // Ids that may be drawn, in the order in which their shares lie side by side.
    private static int[] Kept(int[] ranked, double[] logProbabilities, double topP, long topK, double minP)
    {
        var limited = topK > 0 && topK < ranked.Length;
        if (!limited && topP == 1 && minP == 0)
        {
            return [.. Enumerable.Range(0, ranked.Length)];
        }

        var first = limited ? ranked[..(int)topK] : ranked;
        var enough = topP * (limited ? first.Sum(id => Math.Exp(logProbabilities[id])) : 1);
        var (count, mass) = (0, 0.0);
        while (count < first.Length && (count == 0 || (mass < enough && Math.Exp(logProbabilities[first[count]] - logProbabilities[first[0]]) >= minP)))
        {
            mass += Math.Exp(logProbabilities[first[count++]]);
        }

        return first[..count];
    }

    private static int Draw(int[] ids, double[] logProbabilities, double place)
    {
        var rest = place * ids.Sum(id => Math.Exp(logProbabilities[id]));
        foreach (var id in ids)
        {
            rest -= Math.Exp(logProbabilities[id]);
            if (rest < 0)
            {
                return id;
            }
        }

        return ids[^1];
    }
}

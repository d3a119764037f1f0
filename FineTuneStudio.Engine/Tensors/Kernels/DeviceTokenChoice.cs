namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary><see cref="TokenChoice"/> where the logits stay on their device: sums over blocks come over, then the one block that is drawn from.</summary>
internal static class DeviceTokenChoice
{
    private const int Block = 512;

    // Where only a share of probability limits them, so many of the likeliest nearly always hold it; else the whole row is fetched.
    private const int Candidates = 1024;

    private static readonly Operator PadOperator = Operator.Named("aten::constant_pad_nd");

    /// <inheritdoc cref="TokenChoice.Apply"/>
    public static (Tensor Tokens, Tensor LogProbabilities) Apply(
        Tensor logits, double[] temperatures, double[] topP, long[] topK, long[] keys, long[] counters, double[]? minP = null)
    {
        using var off = GradMode.Off();
        var (rows, vocabulary) = ((int)logits.Size(0), (int)logits.Size(1));
        var sharpness = Array.ConvertAll(temperatures, temperature => temperature == 0 ? 1f : (float)(1 / temperature));
        var chosen = new Choice[rows];
        using (var scope = TensorScope.Enter())
        {
            var likeliest = logits.ArgMax(1).Unsqueeze(1);                                                    // [N, 1]
            var shifted = logits - logits.Gather(1, likeliest);
            var isTempered = sharpness.Any(factor => factor != 1);
            var weights = (isTempered ? shifted * Tensor.From<float>(sharpness, rows, 1).To(logits.Device) : shifted).Exp();
            var blocks = (vocabulary + Block - 1) / Block;
            var blocked = PadOperator.Call(weights, new long[] { 0, (blocks * Block) - vocabulary }, 0).View(rows, blocks, Block);
            var plainMass = isTempered ? shifted.Exp().Sum(1, keep: true) : Tensor.Zeros([rows, 1], DType.Float32, logits.Device);
            var numbers = Tensor.Cat([likeliest.To(DType.Float32), plainMass, blocked.Sum(2)], 1).ToArray<float>();   // [N, 2 + blocks]

            var drawing = new List<(int Row, int Block, double Target)>();
            for (var row = 0; row < rows; row++)
            {
                var own = numbers.AsSpan(row * (2 + blocks), 2 + blocks);
                var mass = Sum(own[2..]);
                if (!double.IsFinite(mass))
                {
                    throw new TensorException("The logits are not numbers: the model has diverged or its weights are broken.");
                }

                var place = TokenChoice.Uniform(unchecked((ulong)keys[row]), unchecked((ulong)counters[row]));
                chosen[row] = new Choice(mass, sharpness[row] == 1 ? mass : own[1]) { Token = (int)own[0] };
                if (temperatures[row] == 0)
                {
                    continue;
                }

                if ((topK[row] > 0 && topK[row] < vocabulary) || topP[row] < 1 || minP?[row] > 0)
                {
                    chosen[row] = Filtered(logits.Select(0, row), chosen[row], sharpness[row], topP[row], topK[row], minP?[row] ?? 0, place);
                }
                else
                {
                    drawing.Add((row, FindBlock(own[2..], place * mass, out var target), target));
                }
            }

            DrawFromBlocks(blocked, blocks, drawing, chosen);
        }

        return (
            Tensor.From<long>(Array.ConvertAll(chosen, choice => (long)choice.Token)),
            Tensor.From<float>([.. chosen.Zip(sharpness).SelectMany(pair => pair.First.LogProbabilities(pair.Second))], rows, 2));
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static int FindBlock(ReadOnlySpan<float> sums, double place, out double rest)
    {
        var block = 0;
        while (block + 1 < sums.Length && place >= sums[block])
        {
            place -= sums[block++];
        }

        rest = place;
        return block;
    }

    private static void DrawFromBlocks(Tensor blocked, int blocks, List<(int Row, int Block, double Target)> drawing, Choice[] chosen)
    {
        if (drawing.Count == 0)
        {
            return;
        }

        var index = Tensor.From<long>([.. drawing.Select(item => ((long)item.Row * blocks) + item.Block)]).To(blocked.Device);
        var weights = blocked.View(-1, Block).IndexSelect(0, index).ToArray<float>();
        for (var item = 0; item < drawing.Count; item++)
        {
            var (row, block, target) = drawing[item];
            var own = weights.AsSpan(item * Block, Block);
            var place = Draw(own, target);
            chosen[row] = chosen[row] with { Token = (block * Block) + place, Weight = own[place] };
        }
    }

    // The likeliest k, of these the fewest that hold the share p, of these the ones likely enough beside the likeliest; among equal logits the lower id comes first.
    private static Choice Filtered(Tensor logits, Choice choice, float sharpness, double topP, long topK, double minP, double place)
    {
        var vocabulary = logits.Size(0);
        var isLimited = topK > 0 && topK < vocabulary;
        var count = isLimited ? topK : Math.Min(Candidates, vocabulary);
        var (values, indices) = logits.TopK(count, 0);
        var (likeliest, ids) = (values.ToArray<float>(), indices.ToArray<int>());
        var weights = Ranked(likeliest, ids, sharpness);
        var enough = topP * (isLimited ? Sum(weights) : choice.Mass);
        if (!isLimited && Sum(weights) < enough && weights[^1] >= minP && count < vocabulary)
        {
            (likeliest, ids) = (logits.ToArray<float>(), [.. Enumerable.Range(0, (int)vocabulary)]);
            weights = Ranked(likeliest, ids, sharpness);
        }

        var (kept, mass) = (0, 0.0);
        while (kept < weights.Length && (kept == 0 || (mass < enough && weights[kept] >= minP)))
        {
            mass += weights[kept++];
        }

        var drawn = Draw(weights.AsSpan(0, kept), place * mass);
        return choice with { Token = ids[drawn], Weight = weights[drawn] };
    }

    // Sorts both, and gives their weights.
    private static float[] Ranked(float[] logits, int[] ids, float sharpness)
    {
        var order = Enumerable.Range(0, logits.Length).OrderByDescending(place => logits[place]).ThenBy(place => ids[place]).ToArray();
        float[] sorted = [.. order.Select(place => logits[place])];
        int[] sortedIds = [.. order.Select(place => ids[place])];
        sortedIds.CopyTo(ids, 0);
        return Array.ConvertAll(sorted, logit => MathF.Exp((logit - sorted[0]) * sharpness));
    }

    private static int Draw(ReadOnlySpan<float> weights, double target)
    {
        var last = 0;
        for (var index = 0; index < weights.Length; index++)
        {
            if (weights[index] == 0)
            {
                continue;
            }

            if (target < weights[index])
            {
                return index;
            }

            target -= weights[index];

            // Rounding may leave a rest behind the last one.
            last = index;
        }

        return last;
    }

    /// <param name="Mass">Of all weights at the row's temperature; the likeliest token's is 1.</param>
    /// <param name="PlainMass">At temperature 1.</param>
    private readonly record struct Choice(double Mass, double PlainMass)
    {
        public int Token { get; init; }

        /// <summary>Of the token, at the row's temperature.</summary>
        public float Weight { get; init; } = 1;

        public IEnumerable<float> LogProbabilities(float sharpness)
            => [(float)(Math.Log(Weight) - Math.Log(Mass)), (float)((Math.Log(Weight) / sharpness) - Math.Log(PlainMass))];
    }
}

using FineTuneStudio.Engine.Adapters;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>Puts an adapter's numbers into a reference's weights.</summary>
internal static class ReferenceAdapter
{
    /// <summary>The weights with the adapter merged into them.</summary>
    /// <param name="reference">The base.</param>
    /// <param name="adapter">Beside it.</param>
    /// <param name="numbers">Of each of the adapter's tensors, by its name in the adapter's file; what is not here is the adapter's own.</param>
    public static ReferenceTransformer Merged(ReferenceTransformer reference, AdapterSet adapter, IReadOnlyDictionary<string, double[]>? numbers = null)
    {
        var weights = reference.Weights.Copy();
        var names = adapter.Parameters.ToDictionary(pair => (object)pair.Value, pair => pair.Key, ReferenceEqualityComparer.Instance);
        double[] Numbers(FineTuneStudio.Engine.Tensors.Tensor tensor) => numbers?.GetValueOrDefault(names[tensor]) ?? tensor.ToArray<double>();

        foreach (var (module, pair) in adapter.Adapters)
        {
            var (a, b, rank, target) = (Numbers(pair.A), Numbers(pair.B), (int)pair.Rank, weights.All[module + ".weight"]);
            var width = target.Shape[1];
            for (var index = 0; index < rank * target.Values.Length; index++)
            {
                var (place, p) = (index / rank, index % rank);
                target.Values[place] += pair.Scale * b[(place / width * rank) + p] * a[(p * width) + (place % width)];
            }

            if (pair.Magnitude is { } magnitude)
            {
                Rescale(target, Numbers(magnitude));
            }
        }

        foreach (var (name, pair) in adapter.ExpertAdapters)
        {
            Add(reference.Config, weights, name, Numbers(pair.A), Numbers(pair.B), (int)pair.Rank, pair.Scale);
        }

        return new ReferenceTransformer(reference.Config, weights);
    }

    // Each row to a length of its own (DoRA).
    private static void Rescale(ReferenceTensor weight, double[] lengths)
    {
        var width = weight.Shape[1];
        for (var row = 0; row < lengths.Length; row++)
        {
            var own = weight.Values.AsSpan(row * width, width);
            var norm = 0.0;
            foreach (var value in own)
            {
                norm += value * value;
            }

            for (var column = 0; column < width; column++)
            {
                own[column] *= lengths[row] / Math.Sqrt(norm);
            }
        }
    }

    // PEFT's layout: A lies expert by expert, B rank by rank; of gate_up_proj, outputs are those of gate, then up, unless one tensor holds all experts.
    private static void Add(ReferenceConfig config, ReferenceWeights weights, string name, double[] a, double[] b, int rank, double scale)
    {
        var (experts, prefix, isDown) = (ReferenceMixture.Experts(config), name[..(name.IndexOf("mlp.", StringComparison.Ordinal))], name.EndsWith("down_proj", StringComparison.Ordinal));
        var (inputs, outputs) = (a.Length / rank / experts, b.Length / rank / experts);
        for (var expert = 0; expert < experts; expert++)
        {
            double[] Part(string part) => weights.All[$"{prefix}{ReferenceMixture.NameOf(config, expert, part)}.weight"].Values;
            var stacked = config.Type == "gpt_oss" ? weights.All[name].Values : null;
            var (first, second) = stacked is not null ? (stacked, stacked) : isDown ? (Part("down_proj"), []) : (Part("gate_proj"), Part("up_proj"));
            for (var output = 0; output < outputs; output++)
            {
                for (var input = 0; input < inputs; input++)
                {
                    var change = 0.0;
                    for (var p = 0; p < rank; p++)
                    {
                        change += scale * b[(output * rank * experts) + (p * experts) + expert] * a[(((expert * rank) + p) * inputs) + input];
                    }

                    if (stacked is not null)
                    {
                        stacked[(((expert * inputs) + input) * outputs) + output] += change;
                    }
                    else if (isDown || output < outputs / 2)
                    {
                        first[(output * inputs) + input] += change;
                    }
                    else
                    {
                        second[((output - (outputs / 2)) * inputs) + input] += change;
                    }
                }
            }
        }
    }
}

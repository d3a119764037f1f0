using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Tests.Support;

/// <summary>Adapters that change what a model says, as if they had learnt.</summary>
internal static class LearntAdapter
{
    /// <summary>One whose second factors, experts' first, are drawn from a normal distribution.</summary>
    /// <param name="linears">The model's.</param>
    /// <param name="options">Rank, alpha, targets.</param>
    /// <param name="deviation">Of the second factors; the first are drawn as ever.</param>
    /// <param name="seed">Of the first factors; the second have the next.</param>
    public static AdapterSet Create(IReadOnlyList<LinearShape> linears, LoraOptions options, double deviation, int seed)
    {
        var adapters = AdapterSet.Create(linears, options, seed);
        using var generator = new RandomGenerator(seed + 1);
        foreach (var b in adapters.ExpertAdapters.Values.Select(adapter => adapter.B).Concat(adapters.Adapters.Values.Select(adapter => adapter.B)))
        {
            b.FillNormal(0, deviation, generator);
        }

        return adapters;
    }
}

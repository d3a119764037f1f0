using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training;

/// <summary>Begins a run with what another one learnt.</summary>
internal static class InitialAdapter
{
    /// <summary>Reads an adapter to go on from. Its optimizer, its schedule and its steps stay behind: only the weights come along.</summary>
    /// <param name="folder">In PEFT layout.</param>
    /// <param name="linears">Of the model.</param>
    /// <param name="options">What the specification says; but for the dropout it must say what the adapter is.</param>
    /// <param name="device">Where it shall live.</param>
    /// <exception cref="UserErrorException">There is no such adapter, it is of another model, or the options differ from it; all of them at once.</exception>
    public static AdapterSet Load(string folder, IReadOnlyList<LinearShape> linears, LoraOptions options, Device device = default)
    {
        var wanted = AdapterSet.Wanted(linears, options).Select(linear => linear.Name).Order(StringComparer.Ordinal);
        var adapter = AdapterSet.Load(folder, linears, device, options.Dropout);
        var shape = adapter.Configuration;
        var errors = new List<UserError>();
        Compare(errors, "lora.rank", shape.Rank, options.Rank);
        Compare(errors, "lora.alpha", shape.Alpha, options.Alpha);
        Compare(errors, "lora.rsLora", shape.RankStabilised, options.RsLora);
        Compare(errors, "lora.dora", shape.WeightDecomposed, options.Dora);
        if (!adapter.Adapters.Keys.Concat(adapter.ExpertAdapters.Keys).Order(StringComparer.Ordinal).SequenceEqual(wanted))
        {
            var names = adapter.Adapters.Keys.Select(LastPart).Concat(adapter.ExpertAdapters.Keys.Select(name => $"{LoraOptions.Experts}.{LastPart(name)}")).Distinct();
            errors.Add(new("lora.targets", $"The adapter to begin with is beside {string.Join(", ", names)}; name the same linears."));
        }

        if (errors.Count > 0)
        {
            adapter.Dispose();
            throw new UserErrorException(errors);
        }

        return adapter;
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static void Compare<T>(List<UserError> errors, string field, T there, T asked)
    {
        if (!EqualityComparer<T>.Default.Equals(there, asked))
        {
            errors.Add(new(field, $"The adapter to begin with has {there}, the specification {asked}. Use {there}, or begin without it."));
        }
    }
}

using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training;

/// <summary>Begins a run with what another one learnt, here or elsewhere.</summary>
public static class InitialAdapter
{
    /// <summary>Options that differ from the adapter's, each with what it has; the dropout may.</summary>
    /// <param name="there">The adapter to begin with.</param>
    /// <param name="linears">Of the model.</param>
    /// <param name="options">What the specification says.</param>
    public static IEnumerable<UserError> Faults(AdapterDescription there, IReadOnlyList<LinearShape> linears, LoraOptions options)
    {
        var has = there.Options;
        UserError?[] figures =
        [
            Compare("lora.rank", has.Rank, options.Rank),
            Compare("lora.alpha", has.Alpha, options.Alpha),
            Compare("lora.rsLora", has.RsLora, options.RsLora),
            Compare("lora.dora", has.Dora, options.Dora),
        ];
        foreach (var error in figures.OfType<UserError>())
        {
            yield return error;
        }

        if (!Names(linears, options).SequenceEqual(Names(linears, has with { Dropout = 0 })))
        {
            yield return new("lora.targets", $"The adapter to begin with is beside {there.Beside}. Use {string.Join(", ", has.Targets)}, or begin without it.");
        }
    }

    /// <summary>Reads an adapter to go on from. Its optimizer, its schedule and its steps stay behind: only the weights come along.</summary>
    /// <param name="folder">In PEFT layout.</param>
    /// <param name="linears">Of the model.</param>
    /// <param name="options">What the specification says; but for the dropout it must say what the adapter is.</param>
    /// <param name="device">Where it shall live.</param>
    /// <exception cref="UserErrorException">There is no such adapter, it is of another model, or the options differ from it; all of them at once.</exception>
    internal static AdapterSet Load(string folder, IReadOnlyList<LinearShape> linears, LoraOptions options, Device device = default)
    {
        var adapter = AdapterSet.Load(folder, linears, device, options.Dropout);
        try
        {
            UserErrorException.ThrowIfAny(Faults(AdapterFolder.Describe(adapter, linears), linears, options));
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    private static IEnumerable<string> Names(IReadOnlyList<LinearShape> linears, LoraOptions options)
        => AdapterSet.Wanted(linears, options).Select(linear => linear.Name).Order(StringComparer.Ordinal);

    private static UserError? Compare<T>(string field, T there, T asked)
        => EqualityComparer<T>.Default.Equals(there, asked)
            ? null
            : new(field, $"The adapter to begin with has {there}, the specification {asked}. Use {there}, or begin without it.");
}

using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Models;

/// <summary>An adapter's folder in PEFT layout, looked at beside a model.</summary>
public static class AdapterFolder
{
    /// <summary>The base model as the adapter's configuration names it; empty where it does not.</summary>
    /// <exception cref="UserErrorException">This is no adapter, or one of a kind that is not built.</exception>
    public static string BaseModelName(string folder) => AdapterConfigurationFile.Read(Path.Combine(folder, AdapterFiles.Configuration)).BaseModelName;

    /// <summary>Checks an adapter against a model and describes it.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="modelFolder">The model that it is to stand beside.</param>
    /// <exception cref="UserErrorException">No adapter, one of a kind that is not built, or one of another model; every fault at once.</exception>
    public static AdapterDescription Inspect(string folder, string modelFolder)
    {
        var config = ModelConfigFile.Read(modelFolder);
        var linears = WeightPlan.Linears(config);
        using var adapter = AdapterSet.Load(folder, linears);
        UserErrorException.ThrowIfAny(adapter.SavedModules.SelectMany(saved => CausalModel.CheckSaved(config, saved)));
        return Describe(adapter, linears);
    }

    /// <summary>Describes an adapter that is loaded.</summary>
    internal static AdapterDescription Describe(AdapterSet adapter, IReadOnlyList<LinearShape> linears)
    {
        var configuration = adapter.Configuration;
        return new AdapterDescription
        {
            Options = new LoraOptions
            {
                Rank = configuration.Rank,
                Alpha = configuration.Alpha,
                RsLora = configuration.RankStabilised,
                Dora = configuration.WeightDecomposed,
                Dropout = configuration.Dropout,
                Targets = [.. LinearTargets(adapter, linears), .. ExpertTargets(adapter, linears)],
            },
            Parameters = adapter.ParameterCount,
            Beside = adapter.Description,
            BaseModelName = configuration.BaseModelName,
        };
    }

    // As short as they can be said: all linears, last parts of names, or, where only some layers have one, whole names.
    private static List<string> LinearTargets(AdapterSet adapter, IReadOnlyList<LinearShape> linears)
    {
        var there = adapter.Adapters.Keys.ToHashSet(StringComparer.Ordinal);
        var parts = linears.Where(linear => there.Contains(linear.Name)).Select(linear => linear.LastPart).Distinct(StringComparer.Ordinal).ToList();
        bool Means(params IEnumerable<string> targets) => there.SetEquals(linears.Where(AdapterTargets.Of(targets).Includes).Select(linear => linear.Name));

        return there.Count == 0 ? [] : Means(LoraOptions.AllLinear) ? [LoraOptions.AllLinear] : Means(parts) ? parts : [.. there.Order(StringComparer.Ordinal)];
    }

    private static List<string> ExpertTargets(AdapterSet adapter, IReadOnlyList<LinearShape> linears)
    {
        var there = adapter.ExpertAdapters.Keys.ToHashSet(StringComparer.Ordinal);
        return there.Count == 0 ? []
            : there.SetEquals(linears.OfType<ExpertShape>().Select(shape => shape.Name)) ? [LoraOptions.Experts]
            : [.. there.Order(StringComparer.Ordinal)];
    }
}

using System.Globalization;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>Holds what a folder's headers promise against what the network needs, without touching a weight.</summary>
internal static class WeightCheck
{
    private const int ListedAtMost = 8;

    /// <summary>Every fault: missing weights, wrong shapes, types that cannot be computed with, weights the network has no place for.</summary>
    public static IEnumerable<UserError> Faults(ModelConfig config, ITensorSource files)
    {
        var slots = WeightPlan.Of(config);
        var missing = slots.Where(slot => !slot.IsOptional && files.Find(slot.Name) is null).Select(slot => slot.Name).ToList();
        if (missing.Count > 0)
        {
            yield return new(files.Path, $"{Counted.Text(missing.Count, "weight is", "weights are")} missing: {List(missing)}. The folder is incomplete, or {ModelConfigFile.FileName} describes another model.");
        }

        foreach (var slot in slots)
        {
            if (files.Find(slot.Name) is not { } entry)
            {
                continue;
            }

            if (!entry.Shape.SequenceEqual(slot.Shape))
            {
                yield return new(files.Path, $"Tensor '{slot.Name}' is {entry.ShapeText}; {ModelConfigFile.FileName} makes it [{string.Join(", ", slot.Shape)}].");
            }
            else if (entry.Type.DType is null)
            {
                yield return new(files.Path, $"Tensor '{slot.Name}' holds {entry.Type.Name}, without the scales that would make numbers of it. Fetch the model again, or its 16-bit form.");
            }
        }

        var strangers = Strangers(config, files, slots).ToList();
        if (strangers.Count > 0)
        {
            yield return new(files.Path, $"{config.Family} has no place for {Counted.Text(strangers.Count, "tensor")}: {List(strangers)}. Without them the model would compute something else.");
        }
    }

    /// <summary>Tensors beside the text model's that could not be written again: where every weight learns, they go along.</summary>
    public static IEnumerable<UserError> BesideFaults(ITensorSource files) => files.Beside
        .Where(name => files.Find(name)!.Type.DType is null)
        .Select(name => new UserError(files.Path, $"Tensor '{name}' holds {files.Find(name)!.Type.Name}, which cannot be written into the model that a run on every weight leaves. Train an adapter, or fetch the model's 16-bit form."));

    // Buffers that older exports carry are derived from the configuration; what lies outside of the layers used (a tied head, extra prediction
    // layers) does not change a logit.
    private static IEnumerable<string> Strangers(ModelConfig config, ITensorSource files, IReadOnlyList<WeightSlot> slots)
    {
        var known = slots.Select(slot => slot.Name).ToHashSet(StringComparer.Ordinal);
        return files.Names
            .Where(name => !known.Contains(name) && LayerOf(name) is { } layer && layer < config.Layers.Count && !name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    private static int? LayerOf(string name)
    {
        if (!name.StartsWith(WeightPlan.Layers, StringComparison.Ordinal))
        {
            return null;
        }

        var number = name.AsSpan(WeightPlan.Layers.Length);
        var dot = number.IndexOf('.');
        return dot > 0 && int.TryParse(number[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : null;
    }

    private static string List(List<string> names)
        => string.Join(", ", names.Take(ListedAtMost)) + (names.Count > ListedAtMost ? $" and {names.Count - ListedAtMost} more" : "");
}

using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary>A specification whose gaps are filled with what fits the data; what a person wrote stays.</summary>
internal static class SuggestedSpecification
{
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The whole specification as JSON.</summary>
    /// <param name="text">As the person wrote it.</param>
    /// <param name="specification">The same, read.</param>
    /// <param name="suggestion">What fits.</param>
    public static string Fill(string text, RunSpecification specification, RunSuggestion suggestion)
    {
        var given = JsonNode.Parse(text, AnyCase, Lenient)!.AsObject();
        var filled = JsonNode.Parse(suggestion.ApplyTo(specification).ToJson(), AnyCase)!.AsObject();
        foreach (var section in suggestion.Options.Select(option => option.Path[..option.Path.IndexOf('.', StringComparison.Ordinal)]).Distinct())
        {
            foreach (var (name, value) in given[section] as JsonObject ?? [])
            {
                filled[section]![name] = value?.DeepClone();
            }
        }

        return filled.ToJsonString(RunSpecification.JsonOptions);
    }
}

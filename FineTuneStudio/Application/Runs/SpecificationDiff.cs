using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>What decided some runs, option by option.</summary>
public static class SpecificationDiff
{
    /// <summary>Every option that is set in any of them, with its value in each; those that differ come first, in the specification's order.</summary>
    public static IReadOnlyList<OptionRow> Of(IReadOnlyList<RunSpecification> specifications)
    {
        var options = specifications.Select(specification => Flatten(JsonSerializer.SerializeToNode(specification, RunSpecification.JsonOptions)!, "").ToList()).ToList();
        return [.. options.SelectMany(list => list.Select(option => option.Path)).Distinct()
            .Where(path => path != "name")
            .Select(path => new OptionRow(path, [.. options.Select(list => list.Find(option => option.Path == path).Text ?? "")]))
            .OrderBy(row => row.Differs ? 0 : 1)];
    }

    private static IEnumerable<(string Path, string? Text)> Flatten(JsonNode node, string path) => node switch
    {
        JsonObject fields => fields.Where(field => field.Value is not null).SelectMany(field => Flatten(field.Value!, path.Length == 0 ? field.Key : $"{path}.{field.Key}")),
        JsonArray items => [(path, string.Join(", ", items))],
        _ => [(path, node.ToString())],
    };
}

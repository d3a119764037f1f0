using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading;

namespace FineTuneStudio.Application.Graders;

/// <summary>A grader as a person edits it: read, with the line of everything that is wrong.</summary>
public static class GraderText
{
    /// <summary>Reads a grader.</summary>
    /// <returns>Whether the text is a JSON object at all, so that it can be kept in a specification; and every fault with its line, from 1.</returns>
    public static (bool IsObject, IReadOnlyList<(int Line, string Message)> Faults) Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (true, [.. Faults(json).Select(fault => (SpecificationText.LineOf(json, fault.Field), fault.ToString()))])
                : (false, [(1, "Write a grader, an object in braces.")]);
        }
        catch (JsonException exception)
        {
            var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            return (false, [((int)(exception.LineNumber ?? 0) + 1, end > 0 ? exception.Message[..end] : exception.Message)]);
        }
    }

    /// <summary>Whether a grader, or a part of it, asks another model.</summary>
    public static bool AsksJudge(string json)
    {
        try
        {
            return AsksJudge(JsonNode.Parse(json));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool AsksJudge(JsonNode? node) => node switch
    {
        JsonObject part => part["type"] is JsonValue type && type.TryGetValue<string>(out var name) && name is "score_model" or "label_model" || part.Any(field => AsksJudge(field.Value)),
        JsonArray list => list.Any(AsksJudge),
        _ => false,
    };

    /// <summary>Everything that is wrong with a grader, each with its path inside of it (<c>graders.right.reference</c>).</summary>
    public static IReadOnlyList<UserError> Faults(string json)
    {
        try
        {
            using var grader = Grader.Parse(json, "grader");
            return [];
        }
        catch (UserErrorException exception)
        {
            return [.. exception.Errors.Select(error => error with { Field = error.Field.StartsWith("grader: ", StringComparison.Ordinal) ? error.Field["grader: ".Length..] : "" })];
        }
    }
}

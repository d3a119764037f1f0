using System.Diagnostics;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading;

namespace FineTuneStudio.Application.Graders;

/// <summary>Tries tools before a run is begun with them: loads them in the sandbox, and has a call answered with the first row of a dataset.</summary>
public sealed class ToolTrials
{
    private readonly TrialDatasets _datasets;

    internal ToolTrials(TrialDatasets datasets) => _datasets = datasets;

    /// <summary>Loads tools and answers a call.</summary>
    /// <param name="source">Python.</param>
    /// <param name="call">As one writes it: <c>add({"a": 1})</c>.</param>
    /// <param name="dataset">Name of a checked dataset.</param>
    /// <param name="cancellationToken">Ends the function.</param>
    public Task<Result<ToolTrial>> TryAsync(string source, string call, string dataset, CancellationToken cancellationToken)
        => _datasets.UseAsync(
            dataset, [],
            (index, _) =>
            {
                using var tools = ToolBox.Load(source);
                var row = TrialRow.Read(index, 0);
                var start = Stopwatch.GetTimestamp();
                var result = tools.Call(Read(call), row.Item, cancellationToken);
                return new ToolTrial([.. tools.Definitions.EnumerateArray().Select(Describe)], row.Line, result, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            },
            cancellationToken);

    /// <summary>Reads a call.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    private static ToolCall Read(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var arguments = open > 0 && text.TrimEnd().EndsWith(')') ? text.TrimEnd()[(open + 1)..^1].Trim() : null;
        try
        {
            using var document = JsonDocument.Parse(arguments is { Length: 0 } ? "{}" : arguments ?? "");
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new ToolCall(text[..open].Trim(), document.RootElement.GetRawText());
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new UserErrorException("call", "Write a call as a name with its arguments as JSON in brackets: add({\"a\": 1, \"b\": 2}).");
    }

    private static (string Signature, string Words) Describe(JsonElement tool)
    {
        var function = tool.GetProperty("function");
        var parameters = function.GetProperty("parameters");
        string[] required = [.. parameters.GetProperty("required").EnumerateArray().Select(name => name.GetString()!)];
        var arguments = parameters.GetProperty("properties").EnumerateObject()
            .Select(field => $"{field.Name}{(required.Contains(field.Name) ? "" : "?")}{(field.Value.TryGetProperty("type", out var type) ? $": {type.GetString()}" : "")}");
        return ($"{function.GetProperty("name").GetString()}({string.Join(", ", arguments)})", function.GetProperty("description").GetString()!);
    }
}

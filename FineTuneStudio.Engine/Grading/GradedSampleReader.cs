using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading;

/// <summary>Reads an answer with its row out of one JSON object, in any of three forms (docs/graders.md).</summary>
public static class GradedSampleReader
{
    private const string Expected = "expected item and sample, item and model_sample, or messages that end with the assistant's answer";

    /// <summary>Reads one line.</summary>
    /// <param name="json">The object.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <exception cref="UserErrorException">It is no such object.</exception>
    public static GradedSample Read(string json, string place)
    {
        JsonElement row;
        try
        {
            row = JsonText.Parse(json);
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(place, $"This is no JSON: {JsonText.FirstSentence(exception)}");
        }

        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new UserErrorException(place, $"Found {GraderFields.Describe(row)}; {Expected}.");
        }

        return OfSample(row) ?? OfMessages(row) ?? throw new UserErrorException(place, $"Found an object with {Names(row)}; {Expected}.");
    }

    // {"item": {…}, "sample": {"output_text": "…", "output_tools": […]}}, or "model_sample": "…" as OpenAI's graders/run has it.
    private static GradedSample? OfSample(JsonElement row)
    {
        var item = row.TryGetProperty("item", out var given) && given.ValueKind == JsonValueKind.Object ? given : JsonText.Parse("{}");
        if (row.TryGetProperty("model_sample", out var text) && text.ValueKind == JsonValueKind.String)
        {
            return new GradedSample(item, text.GetString()!);
        }

        return row.TryGetProperty("sample", out var sample) && sample.ValueKind == JsonValueKind.Object
            && sample.TryGetProperty("output_text", out var output) && output.ValueKind == JsonValueKind.String
            ? new GradedSample(item, output.GetString()!, Tools(sample, "output_tools"))
            : null;
    }

    // A row of a chat dataset: its own last answer is graded, the row is the item.
    private static GradedSample? OfMessages(JsonElement row)
    {
        if (!row.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            return null;
        }

        var last = messages[messages.GetArrayLength() - 1];
        if (last.ValueKind != JsonValueKind.Object || !last.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String || role.GetString() != "assistant")
        {
            return null;
        }

        var content = last.TryGetProperty("content", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        return new GradedSample(row, content, Tools(last, "tool_calls"));
    }

    private static JsonElement? Tools(JsonElement holder, string name)
        => holder.TryGetProperty(name, out var tools) && tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() > 0 ? tools : null;

    private static string Names(JsonElement row)
        => string.Join(", ", row.EnumerateObject().Select(field => field.Name).Take(8)) is { Length: > 0 } names ? names : "no field";
}

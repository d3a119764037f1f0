using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Commands;

/// <summary>Reads a line of <c>template render</c>.</summary>
internal static class TemplateInputReader
{
    /// <exception cref="UserErrorException">A field is missing or of a wrong type.</exception>
    public static TemplateInput Read(JsonElement line, TimeProvider clock, bool strict)
    {
        if (line.ValueKind != JsonValueKind.Object)
        {
            throw new UserErrorException("", $"A line should be a JSON object, not {line.ValueKind}.");
        }

        if (Given(line, "messages") is not { ValueKind: JsonValueKind.Array } messages)
        {
            throw new UserErrorException("messages", "The line needs an array of messages.");
        }

        var arguments = Given(line, "kwargs", JsonValueKind.Object)?.EnumerateObject()
            .GroupBy(property => property.Name)
            .ToDictionary(properties => properties.Key, properties => properties.Last().Value);
        return new TemplateInput(new Conversation(messages, Given(line, "tools"), arguments))
        {
            Documents = Given(line, "documents"),
            AddGenerationPrompt = Given(line, "add_generation_prompt") is { } flag && (flag.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? flag.GetBoolean()
                : throw new UserErrorException("add_generation_prompt", "Use true or false.")),
            BosToken = Given(line, "bos_token", JsonValueKind.String)?.GetString(),
            EosToken = Given(line, "eos_token", JsonValueKind.String)?.GetString(),
            Clock = clock,
            StrictSandbox = strict,
        };
    }

    private static JsonElement? Given(JsonElement line, string name, JsonValueKind? kind = null)
    {
        if (!line.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return kind is null || value.ValueKind == kind
            ? value
            : throw new UserErrorException(name, $"Expected {kind.ToString()!.ToLowerInvariant()}, found {value.ValueKind.ToString().ToLowerInvariant()}.");
    }
}

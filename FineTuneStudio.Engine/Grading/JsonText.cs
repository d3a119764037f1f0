using System.Text.Json;

namespace FineTuneStudio.Engine.Grading;

/// <summary>JSON inside of texts that people and models write.</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128, AllowDuplicateProperties = false };

    /// <summary>Reads a text that must be JSON and nothing else.</summary>
    /// <exception cref="JsonException">It is not.</exception>
    public static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text, Options);
        return document.RootElement.Clone();
    }

    /// <summary>Reads an answer that should be JSON.</summary>
    /// <exception cref="UnusableAnswerException">It is not.</exception>
    public static JsonElement ParseAnswer(string text)
    {
        try
        {
            return Parse(text);
        }
        catch (JsonException exception)
        {
            throw NoAnswer(exception);
        }
    }

    /// <summary>What an answer is that should be JSON and is not.</summary>
    public static UnusableAnswerException NoAnswer(JsonException exception) => new($"The answer is no JSON: {FirstSentence(exception)}");

    /// <summary>What the reader found wrong, without its place counted as if in a file.</summary>
    public static string FirstSentence(JsonException exception)
        => exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? exception.Message[..end] : exception.Message;
}

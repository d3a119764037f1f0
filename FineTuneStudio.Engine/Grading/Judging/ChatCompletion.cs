using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>A question as OpenAI's chat completions put it, and the answer out of theirs.</summary>
internal static class ChatCompletion
{
    /// <summary>The body that asks.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="structured">Whether the schema of the answer goes along.</param>
    public static byte[] Write(JudgeRequest request, bool structured)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, request.Model);
            writer.WriteStartArray("messages"u8);
            foreach (var message in request.Messages)
            {
                writer.WriteStartObject();
                writer.WriteString("role"u8, message.Role);
                writer.WriteString("content"u8, message.Content);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteSampling(writer, request.Sampling);
            if (structured)
            {
                WriteSchema(writer, request.AnswerSchema);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The answer out of a body that came with success.</summary>
    /// <exception cref="JudgeException">It is none, was cut off, or the judge declined.</exception>
    public static JudgeAnswer Read(string body, Uri address)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var choice = root.GetProperty("choices")[0];
            var message = choice.GetProperty("message");
            var end = Text(choice, "finish_reason");
            if (Text(message, "refusal") is { Length: > 0 } refusal)
            {
                throw new JudgeException(GradeErrorKind.JudgeRefused, $"The judge declined: {Quote.Short(refusal)}");
            }

            return (Text(message, "content"), end) switch
            {
                (_, "content_filter") => throw new JudgeException(GradeErrorKind.JudgeRefused, "The judge declined: its filter stopped the answer."),
                (_, "length") => throw new JudgeException(GradeErrorKind.JudgeAnswer, "The judge's answer was cut off: raise max_completions_tokens of the grader's sampling_params."),
                ({ Length: > 0 } text, _) => new JudgeAnswer(text, Tokens(root, "prompt_tokens"), Tokens(root, "completion_tokens")),
                _ => throw new JudgeException(GradeErrorKind.JudgeAnswer, "The judge answered nothing."),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new JudgeException(
                GradeErrorKind.JudgeAnswer, $"{address} answered {Quote.Short(body)}; expected a chat completion. Is it an OpenAI-compatible endpoint?");
        }
    }

    private static void WriteSampling(Utf8JsonWriter writer, JudgeSampling sampling)
    {
        if (sampling.Seed is { } seed)
        {
            writer.WriteNumber("seed"u8, seed);
        }

        if (sampling.Temperature is { } temperature)
        {
            writer.WriteNumber("temperature"u8, temperature);
        }

        if (sampling.TopP is { } share)
        {
            writer.WriteNumber("top_p"u8, share);
        }

        if (sampling.MaxTokens is { } most)
        {
            writer.WriteNumber("max_completion_tokens"u8, most);
        }

        if (sampling.ReasoningEffort is { } effort)
        {
            writer.WriteString("reasoning_effort"u8, effort);
        }
    }

    private static void WriteSchema(Utf8JsonWriter writer, string schema)
    {
        writer.WriteStartObject("response_format"u8);
        writer.WriteString("type"u8, "json_schema");
        writer.WriteStartObject("json_schema"u8);
        writer.WriteString("name"u8, "grade");
        writer.WriteBoolean("strict"u8, true);
        writer.WritePropertyName("schema"u8);
        writer.WriteRawValue(schema);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string? Text(JsonElement holder, string name)
        => holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Tokens(JsonElement root, string name)
        => root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty(name, out var count) && count.TryGetInt64(out var tokens) ? tokens : 0;
}

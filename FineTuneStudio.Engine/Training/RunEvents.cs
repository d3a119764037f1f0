using System.Text.Json;
using System.Text.Json.Serialization;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Training;

/// <summary>Events as the lines of <c>events.jsonl</c>.</summary>
public static class RunEvents
{
    /// <summary>How a run's own files are written: camel case, enums by name, numbers that are none by name too.</summary>
    internal static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>One line, without its end.</summary>
    public static string ToLine(TrainingEvent trainingEvent) => JsonSerializer.Serialize(trainingEvent, JsonOptions);

    /// <summary>Every whole event of a run's folder, in order; a run that goes on meanwhile is no harm.</summary>
    public static IEnumerable<TrainingEvent> Read(string runFolder)
    {
        var path = Path.Combine(runFolder, RunFolder.Events);
        if (!File.Exists(path))
        {
            yield break;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        foreach (var line in Utf8Lines.Read(stream))
        {
            if (FromLine(line.Span) is { } trainingEvent)
            {
                yield return trainingEvent;
            }
        }
    }

    // Null where the line is none: a write that was cut off.
    private static TrainingEvent? FromLine(ReadOnlySpan<byte> line)
    {
        try
        {
            return StepLine.TryRead(line) ?? JsonSerializer.Deserialize<TrainingEvent>(line, JsonOptions);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Events as the lines of <c>events.jsonl</c>.</summary>
public static class RunEvents
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>One line, without its end.</summary>
    public static string ToLine(TrainingEvent trainingEvent) => JsonSerializer.Serialize(trainingEvent, JsonOptions);

    /// <summary>The event of a line; <see langword="null"/> where the line is none (a write that was cut off).</summary>
    public static TrainingEvent? FromLine(string line)
    {
        try
        {
            // Nearly all lines are steps; told so beforehand, the reader takes half the time for them.
            return line.StartsWith("{\"type\":\"step\",", StringComparison.Ordinal)
                ? JsonSerializer.Deserialize<TrainingEvent.StepCompleted>(line, JsonOptions)
                : JsonSerializer.Deserialize<TrainingEvent>(line, JsonOptions);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Every whole event of a run's folder, in order; a run that goes on meanwhile is no harm.</summary>
    public static IEnumerable<TrainingEvent> Read(string runFolder)
    {
        var path = Path.Combine(runFolder, RunFolder.Events);
        if (!File.Exists(path))
        {
            yield break;
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            if (FromLine(line) is { } trainingEvent)
            {
                yield return trainingEvent;
            }
        }
    }
}

using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>Reads <c>events.jsonl</c> of a run's folder: what the engine reported before this process lived.</summary>
internal static class RunEventFile
{
    public static IEnumerable<TrainingEvent> Read(string runFolder)
    {
        var path = Path.Combine(runFolder, "events.jsonl");
        if (!File.Exists(path))
        {
            yield break;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 16);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (TryParse(line) is { } happened)
            {
                yield return happened;
            }
        }
    }

    /// <summary>A process that was killed leaves half a line at the end; it is told again when the run goes on.</summary>
    private static TrainingEvent? TryParse(string line)
    {
        try
        {
            return line.Length == 0 ? null : JsonSerializer.Deserialize<TrainingEvent>(line, RunSpecification.JsonOptions);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

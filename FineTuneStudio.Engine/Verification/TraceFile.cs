using System.Text.Json;
using System.Text.Json.Serialization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Verification;

/// <summary><c>trace.json</c>: the options of a recorded training and its figures, step by step.</summary>
internal sealed record TraceFile
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public required RecordedOptions Options { get; init; }

    public required IReadOnlyList<RecordedStep> Steps { get; init; }

    public static TraceFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(path, "There is no such file; a trace folder holds trace.json.");
        }

        try
        {
            var trace = JsonSerializer.Deserialize<TraceFile>(File.ReadAllBytes(path), Json);
            return trace is { Options.BetaPair.Count: 2, Steps.Count: > 0 }
                ? trace
                : throw new UserErrorException(path, "The trace has no steps, or no two betas.");
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(path, $"This is no trace: {exception.Message}");
        }
    }

    public sealed record RecordedOptions
    {
        public required int GradientAccumulation { get; init; }

        public required double LearningRate { get; init; }

        public required string Schedule { get; init; }

        public required int WarmupSteps { get; init; }

        public required double MaxGradNorm { get; init; }

        public required double WeightDecay { get; init; }

        [JsonPropertyName("betas")]
        public required IReadOnlyList<double> BetaPair { get; init; }

        [JsonPropertyName("eps")]
        public required double Epsilon { get; init; }
    }

    public sealed record RecordedStep(int Step, double Loss, double GradNorm, double LearningRate);
}

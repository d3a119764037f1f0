using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Writes down what happens in a run, then tells it.</summary>
internal sealed class RunLog : IDisposable
{
    private static readonly JsonSerializerOptions MetricOptions = new(JsonSerializerDefaults.Web);

    private readonly LineLog _events;
    private readonly LineLog _metrics;
    private readonly Action<TrainingEvent> _report;
    private bool _diskIsFull;

    /// <summary>Opens both files and cuts them back to what belongs to the steps done.</summary>
    public RunLog(string runFolder, long eventBytes, long metricBytes, Action<TrainingEvent> report)
    {
        _events = new LineLog(Path.Combine(runFolder, RunFolder.Events), eventBytes);
        _metrics = new LineLog(Path.Combine(runFolder, RunFolder.Metrics), metricBytes);
        _report = report;
    }

    /// <summary>Bytes of <c>events.jsonl</c>.</summary>
    public long EventBytes => _events.Length;

    /// <summary>Bytes of <c>metrics.jsonl</c>.</summary>
    public long MetricBytes => _metrics.Length;

    /// <summary>Writes an event and tells it.</summary>
    /// <exception cref="IOException">The disk is full; the event was not told.</exception>
    public void Report(TrainingEvent trainingEvent)
    {
        var stamped = trainingEvent with { At = DateTimeOffset.UtcNow };
        _events.Append(RunEvents.ToLine(stamped));
        if (stamped is TrainingEvent.StepCompleted step)
        {
            Measure(new { step.Step, step.Epoch, step.Loss, step.LearningRate, step.GradientNorm, step.Tokens, step.LearntTokens, step.Seconds, step.TokensPerSecond });
        }
        else if (stamped is TrainingEvent.Evaluated evaluated)
        {
            Measure(new { evaluated.Step, HeldOutLoss = evaluated.Loss });
        }

        _report(stamped);
    }

    /// <summary>Tells the end, even where it cannot be written any more.</summary>
    public TrainingEvent.Ended End(TrainingEvent.Ended ended)
    {
        var stamped = ended with { At = DateTimeOffset.UtcNow };
        try
        {
            _events.Append(RunEvents.ToLine(stamped));
        }
        catch (IOException)
        {
            _diskIsFull = true;
        }

        _report(stamped);
        return stamped;
    }

    /// <summary>Forces both files to disk, so that a checkpoint never knows more of them than is there.</summary>
    public void Flush()
    {
        _events.Flush();
        _metrics.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_diskIsFull)
        {
            Flush();
        }

        _events.Dispose();
        _metrics.Dispose();
    }

    private void Measure(object line) => _metrics.Append(JsonSerializer.Serialize(line, MetricOptions));
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Writes down what happens in a run, then tells it.</summary>
internal sealed class RunLog : IDisposable
{
    private static readonly JsonSerializerOptions MetricOptions = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly AppendLog _events;
    private readonly AppendLog _metrics;
    private readonly PatientWriter _writer;
    private readonly Action<TrainingEvent> _report;
    private readonly string _folder;
    private bool _diskIsFull;

    /// <summary>Opens both files and cuts them back to what belongs to the steps done.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public RunLog(string runFolder, long eventBytes, long metricBytes, PatientWriter writer, Action<TrainingEvent> report)
    {
        _folder = runFolder;
        _writer = writer;
        _report = report;
        _events = new AppendLog(Path.Combine(runFolder, RunFolder.Events), eventBytes);
        try
        {
            _metrics = new AppendLog(Path.Combine(runFolder, RunFolder.Metrics), metricBytes);
        }
        catch
        {
            _events.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of <c>events.jsonl</c>.</summary>
    public long EventBytes => _events.Length;

    /// <summary>Bytes of <c>metrics.jsonl</c>.</summary>
    public long MetricBytes => _metrics.Length;

    /// <summary>Writes an event, as soon as the disk takes it, and tells it.</summary>
    public void Report(TrainingEvent trainingEvent)
    {
        var stamped = trainingEvent with { At = DateTimeOffset.UtcNow };
        Append(_events, RunFolder.Events, RunEvents.ToLine(stamped));
        if (stamped is TrainingEvent.StepCompleted step)
        {
            Measure(new { step.Step, step.Epoch, step.Loss, step.LearningRate, step.GradientNorm, step.Tokens, step.LearntTokens, step.Seconds, step.TokensPerSecond, step.Reinforcement });
        }
        else if (stamped is TrainingEvent.Evaluated evaluated)
        {
            Measure(new { evaluated.Step, HeldOutLoss = evaluated.Loss });
        }
        else if (stamped is TrainingEvent.Rewarded rewarded)
        {
            Measure(new { rewarded.Step, HeldOutReward = rewarded.Reward });
        }

        _report(stamped);
    }

    /// <summary>Writes the end of a run that was carried out, as soon as the disk takes it, and tells it.</summary>
    public TrainingEvent.Ended End(TrainingEvent.Ended ended)
    {
        var stamped = ended with { At = DateTimeOffset.UtcNow };
        Append(_events, RunFolder.Events, RunEvents.ToLine(stamped));
        _report(stamped);
        return stamped;
    }

    /// <summary>Tells that the run ended early, even where it cannot be written any more.</summary>
    public TrainingEvent.Ended Break(TrainingEvent.Ended ended)
    {
        var stamped = ended with { At = DateTimeOffset.UtcNow };
        try
        {
            WriteTold();
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

    private void Measure(object line) => Append(_metrics, RunFolder.Metrics, JsonSerializer.Serialize(line, MetricOptions));

    private void Append(AppendLog log, string name, string line)
        => _writer.Write($"the next line of {name}", Encoding.UTF8.GetByteCount(line), _folder, () =>
        {
            WriteTold();
            log.Append(line);
        });

    // What was told while the disk was full comes before what is written first after it.
    private void WriteTold()
    {
        while (_writer.Unwritten.TryPeek(out var told))
        {
            _events.Append(RunEvents.ToLine(told));
            _writer.Unwritten.Dequeue();
        }
    }
}

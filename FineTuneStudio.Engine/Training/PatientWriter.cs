using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Training;

/// <summary>Writes what a run must write; while the disk is full, the run stands still with all it holds in memory, and tries again when it is resumed.</summary>
internal sealed class PatientWriter(RunControl control, Action<TrainingEvent> report, CancellationToken cancellationToken)
{
    private const string WayOut = " Free some space there, or give the run up; once there is room, resume: nothing that was learnt is lost.";

    /// <summary>Steps done, for what is told.</summary>
    public int Step { get; set; }

    /// <summary>What was told while nothing could be written, oldest first; the log takes it from here as soon as it can.</summary>
    public Queue<TrainingEvent> Unwritten { get; } = [];

    /// <summary>Writes, as often as it takes.</summary>
    /// <param name="what">What is written, as a subject: <c>the adapter</c>.</param>
    /// <param name="bytes">How large it will be.</param>
    /// <param name="path">Where.</param>
    /// <param name="write">Leaves nothing where it fails, so that it can be called again.</param>
    /// <exception cref="OperationCanceledException">The run was given up while it waited.</exception>
    public T Write<T>(string what, long bytes, string path, Func<T> write)
    {
        while (true)
        {
            try
            {
                return write();
            }
            catch (IOException exception) when (DiskFaults.IsDiskFull(exception))
            {
                control.Pause();
                Tell(new TrainingEvent.Paused(Step, DiskFaults.Describe(what, bytes, path) + WayOut));
                control.WaitWhilePaused(cancellationToken);
                Tell(new TrainingEvent.Resumed(Step));
            }
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public void Write(string what, long bytes, string path, Action write) => Write(what, bytes, path, () =>
    {
        write();
        return true;
    });

    private void Tell(TrainingEvent happened)
    {
        var stamped = happened with { At = DateTimeOffset.UtcNow };
        Unwritten.Enqueue(stamped);
        report(stamped);
    }
}

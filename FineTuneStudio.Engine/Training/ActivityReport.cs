using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Tells what a run is busy with while nothing else is told: at once what begins, and now and then how far it is. For the run's own thread.</summary>
/// <param name="report">Receives every <see cref="TrainingEvent.Working"/>.</param>
internal sealed class ActivityReport(Action<TrainingEvent> report)
{
    // A person reads no faster, and a page is drawn anew for each.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private TrainingEvent.Working _told = new(0, RunActivity.RenderingRows);
    private long _toldAt;

    /// <summary>For work that nobody watches; each its own, as it belongs to one thread.</summary>
    public static ActivityReport None => new(_ => { });

    /// <summary>Steps done.</summary>
    public int Step { get; set; }

    /// <summary>Something else begins.</summary>
    /// <param name="activity">What.</param>
    /// <param name="total">How much of it there is; 0 where that is not known.</param>
    public void Begin(RunActivity activity, long total = 0) => Tell(new TrainingEvent.Working(Step, activity, Done: 0, total));

    /// <summary>So much of it is done.</summary>
    public void Count(long done)
    {
        if (done > _told.Done && Stopwatch.GetElapsedTime(_toldAt) >= Pace)
        {
            Tell(_told with { Done = done });
        }
    }

    private void Tell(TrainingEvent.Working working)
    {
        (_told, _toldAt) = (working, Stopwatch.GetTimestamp());
        report(working with { At = DateTimeOffset.UtcNow });
    }
}

namespace FineTuneStudio.Application.Runs;

/// <summary>When the next message to a chart may go: one in every <paramref name="pace"/> on average.</summary>
/// <remarks>
/// A message that waits for the clock alone leaves between two steps, and its newest step is old by then. So one may go a quarter of the
/// pace early, right behind a step, and the next is due as if it had not.
/// </remarks>
internal sealed class MessagePace(TimeSpan pace)
{
    /// <summary>The latest moment of the next message, if there is anything to say.</summary>
    public TimeSpan Due { get; private set; } = TimeSpan.MinValue;

    /// <summary>From here on the next message goes with whatever happens first.</summary>
    public TimeSpan Earliest => Due - (pace / 4);

    /// <summary>A message went at <paramref name="moment"/>, of the same clock as the others.</summary>
    public void Sent(TimeSpan moment) => Due = (moment > Due ? moment : Due) + pace;
}

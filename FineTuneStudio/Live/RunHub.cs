using FineTuneStudio.Application.Runs;
using Microsoft.AspNetCore.SignalR;

namespace FineTuneStudio.Live;

/// <summary>The charts' own connection: points in, nothing out. Blazor draws the rest of the page.</summary>
internal sealed class RunHub(RunService runs) : Hub
{
    public const string Address = "/live/runs";

    /// <summary>Streams what a reader that has seen <paramref name="lastStep"/> lacks, then what comes; ends with the run.</summary>
    public IAsyncEnumerable<RunDelta> Follow(Guid runId, int lastStep, CancellationToken cancellationToken)
        => runs.FollowPointsAsync(runId, lastStep, cancellationToken);

    /// <summary>The steps of a zoomed chart, as finely as it can show them; nothing where there is no such run.</summary>
    public Task<PackedPoints?> Window(Guid runId, int from, int to) => runs.PointsAsync(runId, from, to, Context.ConnectionAborted);
}

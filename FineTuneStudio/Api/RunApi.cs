using System.Text;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FineTuneStudio.Api;

/// <summary><c>/api/runs</c>: a run's figures to take along.</summary>
internal static class RunApi
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/runs").WithTags("Runs");
        group.MapGet("/{id:guid}/points.csv", DownloadPointsAsync).WithName("DownloadPoints")
            .WithSummary("Every step's figures as CSV; ?series=loss, rate, norm, speed or memory for one curve");
    }

    private static async Task<Results<PushStreamHttpResult, NotFound>> DownloadPointsAsync(Guid id, string? series, RunService runs, CancellationToken cancellationToken)
        => await runs.FindAsync(id, cancellationToken) is { Summary.Name: var name }
            ? TypedResults.Stream(stream => WriteAsync(runs, id, series, stream, cancellationToken), "text/csv", $"{FileNames.Safe(name)}{(series is null ? "" : $" {FileNames.Safe(series)}")}.csv")
            : TypedResults.NotFound();

    private static async Task WriteAsync(RunService runs, Guid id, string? series, Stream response, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(new SynchronousWriter(response), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
        await Task.Run(() => runs.WriteCsv(id, series, writer), cancellationToken);
    }
}

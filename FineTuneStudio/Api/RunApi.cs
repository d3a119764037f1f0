using System.Text;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FineTuneStudio.Api;

/// <summary><c>/api/runs</c>: what a program does with runs, and a run's figures to take along.</summary>
internal static class RunApi
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/runs").WithTags("Runs");
        group.MapPost("/", StartAsync).WithName("StartRun").WithSummary("Queues a run: the body is its specification (docs/specification.md)").DisableAntiforgery();
        group.MapGet("/{id:guid}/points.csv", DownloadPointsAsync).WithName("DownloadPoints")
            .WithSummary("Every step's figures as CSV; ?series=loss, rate, norm, speed or memory for one curve, reward, parts, entropy, kl, … for one of a reinforcement run");
    }

    private static async Task<Results<Created<RunSummary>, ValidationProblem>> StartAsync(HttpRequest request, RunService runs, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        try
        {
            return await runs.StartAsync(RunSpecification.Parse(await reader.ReadToEndAsync(cancellationToken), "body"), cancellationToken) switch
            {
                Result<RunSummary>.Success(var run) => TypedResults.Created($"/api/runs/{run.Id}", run),
                Result<RunSummary>.Refused(var errors) => TypedResults.ValidationProblem(errors.ToProblem()),
                var other => throw new InvalidOperationException($"Unknown result {other}."),
            };
        }
        catch (UserErrorException exception)
        {
            return TypedResults.ValidationProblem(exception.Errors.ToProblem());
        }
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

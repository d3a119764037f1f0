using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FineTuneStudio.Api;

/// <summary><c>/api/datasets</c>: what the browser moves past Blazor because it is large.</summary>
internal static class DatasetApi
{
    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/datasets").WithTags("Datasets");
        group.MapGet("/", ListAsync).WithName("ListDatasets").WithSummary("Every dataset, with what its rows are meant for: method sft, or rft for prompts");
        group.MapGet("/{id:guid}", FindAsync).WithName("FindDataset").WithSummary("One dataset");
        group.MapPost("/", ReceiveAsync).WithName("UploadDataset").WithSummary("Takes a file in: the body is its bytes, ?name= its name").DisableAntiforgery();
        group.MapGet("/{id:guid}/bad-rows", DownloadBadRowsAsync).WithName("DownloadBadRows").WithSummary("The rows that cannot be learnt from, as they are in the file");
    }

    private static async Task<JsonHttpResult<IReadOnlyList<DatasetSummary>>> ListAsync(DatasetLibrary datasets, CancellationToken cancellationToken)
        => TypedResults.Json(await datasets.ListAsync(cancellationToken), RunSpecification.JsonOptions);

    private static async Task<Results<JsonHttpResult<DatasetSummary>, NotFound>> FindAsync(Guid id, DatasetLibrary datasets, CancellationToken cancellationToken)
        => await datasets.FindAsync(id, cancellationToken) is { } dataset ? TypedResults.Json(dataset, RunSpecification.JsonOptions) : TypedResults.NotFound();

    private static async Task<Results<JsonHttpResult<DatasetSummary>, ValidationProblem>> ReceiveAsync(
        string name, HttpContext context, DatasetLibrary datasets, CancellationToken cancellationToken)
    {
        context.AllowAnySize();
        switch (await datasets.ReceiveAsync(name, context.Request.Body, context.Request.ContentLength, cancellationToken))
        {
            case Result<DatasetSummary>.Success(var dataset):
                context.Response.Headers.Location = $"/api/datasets/{dataset.Id}";
                return TypedResults.Json(dataset, RunSpecification.JsonOptions, statusCode: StatusCodes.Status201Created);
            case Result<DatasetSummary>.Refused(var errors):
                // A browser that is still sending hears the answer only once its body was taken.
                await context.Request.Body.CopyToAsync(Stream.Null, cancellationToken);
                return TypedResults.ValidationProblem(errors.ToProblem());
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }

    private static async Task<Results<PushStreamHttpResult, NotFound>> DownloadBadRowsAsync(Guid id, DatasetLibrary datasets, CancellationToken cancellationToken)
        => await datasets.FindAsync(id, cancellationToken) is { } dataset
            ? TypedResults.Stream(
                stream => datasets.WriteBadRowsAsync(id, new SynchronousWriter(stream), cancellationToken),
                "application/octet-stream",
                $"{Path.GetFileNameWithoutExtension(dataset.Name)}.bad{Path.GetExtension(dataset.Name)}")
            : TypedResults.NotFound();
}

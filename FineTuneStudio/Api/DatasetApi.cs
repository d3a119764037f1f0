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
        group.MapPost("/", ReceiveAsync).WithName("UploadDataset").WithSummary("Takes a file in: the body is its bytes, ?name= its name").DisableAntiforgery();
        group.MapGet("/{id:guid}/bad-rows", DownloadBadRowsAsync).WithName("DownloadBadRows").WithSummary("The rows that cannot be learnt from, as they are in the file");
    }

    private static async Task<Results<Created<DatasetSummary>, ValidationProblem>> ReceiveAsync(
        string name, HttpContext context, DatasetLibrary datasets, CancellationToken cancellationToken)
    {
        context.AllowAnySize();
        switch (await datasets.ReceiveAsync(name, context.Request.Body, context.Request.ContentLength, cancellationToken))
        {
            case Result<DatasetSummary>.Success(var dataset):
                return TypedResults.Created($"/datasets/{dataset.Id}", dataset);
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

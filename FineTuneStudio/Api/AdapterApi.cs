using FineTuneStudio.Application;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FineTuneStudio.Api;

/// <summary><c>/api/adapters</c>: downloads.</summary>
internal static class AdapterApi
{
    public static void MapAdapters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/adapters").WithTags("Adapters");
        group.MapGet("/{id:guid}/zip", DownloadAsync).WithName("DownloadAdapter").WithSummary("The adapter in PEFT layout, as a zip");
        group.MapGet("/{id:guid}/merged", DownloadMergedAsync).WithName("DownloadMerged").WithSummary("Base model and adapter as one model folder, as a zip");
    }

    private static async Task<Results<PushStreamHttpResult, NotFound>> DownloadAsync(Guid id, AdapterLibrary adapters, CancellationToken cancellationToken)
        => await adapters.FindAsync(id, cancellationToken) is { } adapter
            ? TypedResults.Stream(stream => adapters.WriteZipAsync(adapter, new SynchronousWriter(stream), cancellationToken), "application/zip", FileNames.Safe(adapter.Name) + ".zip")
            : TypedResults.NotFound();

    private static async Task<Results<PushStreamHttpResult, NotFound, ValidationProblem>> DownloadMergedAsync(
        Guid id, HttpContext context, AdapterLibrary adapters, ModelLibrary models, CancellationToken cancellationToken)
    {
        if (await adapters.FindAsync(id, cancellationToken) is not { } adapter)
        {
            return TypedResults.NotFound();
        }

        if (await models.FindAsync(adapter.Model, cancellationToken) is not { } model)
        {
            UserError[] errors = [new("model", $"The base model '{adapter.Model}' is no longer in the library. Import it again to merge the adapter into it.")];
            return TypedResults.ValidationProblem(errors.ToProblem());
        }

        switch (await adapters.MergeAsync(adapter, model.Folder, cancellationToken))
        {
            case Result<MergedDownload>.Success(var merged):
                context.Response.RegisterForDispose(merged);
                return TypedResults.Stream(stream => merged.WriteZipAsync(stream, cancellationToken), "application/zip", $"{FileNames.Safe(adapter.Name)}-merged.zip");
            case Result<MergedDownload>.Refused(var errors):
                return TypedResults.ValidationProblem(errors.ToProblem());
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }
}

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
        group.MapGet("/{id:guid}/gguf", DownloadGgufAsync).WithName("DownloadGguf").WithSummary("The adapter as GGUF, for llama.cpp");
        group.MapGet("/{id:guid}/exports/{key}", DownloadExportAsync).WithName("DownloadExport").WithSummary("What was made of the adapter: a GGUF file, or a zip with its certificate");
    }

    private static async Task<Results<PushStreamHttpResult, NotFound>> DownloadAsync(Guid id, AdapterLibrary adapters, CancellationToken cancellationToken)
        => await adapters.FindAsync(id, cancellationToken) is { } adapter
            ? TypedResults.Stream(stream => adapters.WriteZipAsync(adapter, new SynchronousWriter(stream), cancellationToken), "application/zip", FileNames.Safe(adapter.Name) + ".zip")
            : TypedResults.NotFound();

    private static Task<Results<PushStreamHttpResult, NotFound, ValidationProblem>> DownloadMergedAsync(
        Guid id, HttpContext context, AdapterLibrary adapters, ModelLibrary models, CancellationToken cancellationToken)
        => DownloadPreparedAsync(
            id, context, adapters, models, adapters.MergeAsync,
            (prepared, name) => TypedResults.Stream(stream => prepared.WriteZipAsync(stream, cancellationToken), "application/zip", $"{name}-merged.zip"), cancellationToken);

    private static Task<Results<PushStreamHttpResult, NotFound, ValidationProblem>> DownloadGgufAsync(
        Guid id, HttpContext context, AdapterLibrary adapters, ModelLibrary models, CancellationToken cancellationToken)
        => DownloadPreparedAsync(
            id, context, adapters, models, adapters.WriteGgufAsync,
            (prepared, name) => TypedResults.Stream(stream => prepared.WriteFileAsync(stream, cancellationToken), "application/octet-stream", $"{name}.gguf"), cancellationToken);

    private static async Task<Results<PushStreamHttpResult, NotFound, ValidationProblem>> DownloadPreparedAsync(
        Guid id, HttpContext context, AdapterLibrary adapters, ModelLibrary models,
        Func<AdapterSummary, string, CancellationToken, Task<Result<PreparedDownload>>> prepare, Func<PreparedDownload, string, PushStreamHttpResult> send, CancellationToken cancellationToken)
    {
        if (await adapters.FindAsync(id, cancellationToken) is not { } adapter)
        {
            return TypedResults.NotFound();
        }

        if (await models.FindAsync(adapter.Model, cancellationToken) is not { } model)
        {
            UserError[] errors = [new("model", $"The base model '{adapter.Model}' is no longer in the library. Import it again for this download.")];
            return TypedResults.ValidationProblem(errors.ToProblem());
        }

        switch (await prepare(adapter, model.Folder, cancellationToken))
        {
            case Result<PreparedDownload>.Success(var prepared):
                context.Response.RegisterForDispose(prepared);
                return send(prepared, FileNames.Safe(adapter.Name));
            case Result<PreparedDownload>.Refused(var errors):
                return TypedResults.ValidationProblem(errors.ToProblem());
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }

    private static async Task<Results<PhysicalFileHttpResult, PushStreamHttpResult, NotFound>> DownloadExportAsync(
        Guid id, string key, AdapterLibrary adapters, AdapterExports exports, CancellationToken cancellationToken)
    {
        if (await adapters.FindAsync(id, cancellationToken) is not { } adapter || ExportKind.Find(key) is not { } kind || exports.Open(id, kind) is not { } download)
        {
            return TypedResults.NotFound();
        }

        return download.File is { } file
            ? TypedResults.PhysicalFile(file, "application/octet-stream", Path.GetFileName(file), enableRangeProcessing: true)
            : TypedResults.Stream(stream => download.WriteZipAsync(stream, cancellationToken), "application/zip", $"{FileNames.Safe(adapter.Name)}-{kind.Key}.zip");
    }
}

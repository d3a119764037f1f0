using FineTuneStudio.Application;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FineTuneStudio.Api;

/// <summary><c>/api/adapters</c>: downloads, and the forms for other software.</summary>
internal static class AdapterApi
{
    public static void MapAdapters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/adapters").WithTags("Adapters");
        group.MapPost("/", ReceiveAsync).WithName("ImportAdapter")
            .WithSummary("Takes an adapter in that was made elsewhere: the body is a zip of its folder in PEFT layout, ?name= the file's name, ?model= and ?called= optional").DisableAntiforgery();
        group.MapGet("/{id:guid}/zip", DownloadAsync).WithName("DownloadAdapter").WithSummary("The adapter in PEFT layout, as a zip");
        group.MapGet("/{id:guid}/exports", ListExportsAsync).WithName("ListExports").WithSummary("Every form of the adapter, with its expected size: made with its certificate, being made, or not");
        group.MapPost("/{id:guid}/exports/{key}", StartExportAsync).WithName("StartExport")
            .WithSummary("Begins to make a form (merged, gguf-q8_0, …); it is there once the list has its certificate").DisableAntiforgery();
        group.MapGet("/{id:guid}/exports/{key}", DownloadExportAsync).WithName("DownloadExport").WithSummary("What was made of the adapter: a GGUF file, or a zip with its certificate");
    }

    private static async Task<Results<Created<AdapterSummary>, ValidationProblem>> ReceiveAsync(
        string name, string? model, string? called, HttpContext context, AdapterImporter importer, CancellationToken cancellationToken)
    {
        context.AllowAnySize();
        switch (await importer.ReceiveAsync(context.Request.Body, name, Given(model), Given(called), cancellationToken))
        {
            case Result<AdapterSummary>.Success(var adapter):
                return TypedResults.Created($"/adapters/{adapter.Id}", adapter);
            case Result<AdapterSummary>.Refused(var errors):
                return TypedResults.ValidationProblem(errors.ToProblem());
            case var other:
                throw new InvalidOperationException($"Unknown result {other}.");
        }
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static async Task<Results<PushStreamHttpResult, NotFound>> DownloadAsync(Guid id, AdapterLibrary adapters, CancellationToken cancellationToken)
        => await adapters.FindAsync(id, cancellationToken) is { } adapter
            ? TypedResults.Stream(stream => adapters.WriteZipAsync(adapter, new SynchronousWriter(stream), cancellationToken), "application/zip", FileNames.Safe(adapter.Name) + ".zip")
            : TypedResults.NotFound();

    private static async Task<Results<JsonHttpResult<IReadOnlyList<AdapterExport>>, NotFound>> ListExportsAsync(
        Guid id, AdapterLibrary adapters, AdapterExports exports, CancellationToken cancellationToken)
        => await adapters.FindAsync(id, cancellationToken) is { } adapter
            ? TypedResults.Json(await exports.ListWithSizesAsync(adapter, cancellationToken), RunSpecification.JsonOptions)
            : TypedResults.NotFound();

    private static async Task<Results<JsonHttpResult<AdapterExport>, NotFound>> StartExportAsync(
        Guid id, string key, AdapterLibrary adapters, AdapterExports exports, CancellationToken cancellationToken)
    {
        if (await adapters.FindAsync(id, cancellationToken) is not { } adapter || ExportKind.Find(key) is not { } kind)
        {
            return TypedResults.NotFound();
        }

        exports.Start(adapter, kind);
        return TypedResults.Json(exports.Find(id, kind), RunSpecification.JsonOptions, statusCode: StatusCodes.Status202Accepted);
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

using FineTuneStudio.Application.Adapters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FineTuneStudio.Api;

/// <summary><c>/api/adapters</c>: downloads.</summary>
internal static class AdapterApi
{
    public static void MapAdapters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/adapters").WithTags("Adapters");
        group.MapGet("/{id:guid}/zip", DownloadAsync).WithName("DownloadAdapter").WithSummary("The adapter in PEFT layout, as a zip");
    }

    private static async Task<Results<PushStreamHttpResult, NotFound>> DownloadAsync(Guid id, AdapterLibrary adapters, CancellationToken cancellationToken)
        => await adapters.FindAsync(id, cancellationToken) is { } adapter
            ? TypedResults.Stream(stream => adapters.WriteZipAsync(adapter, stream, cancellationToken), "application/zip", FileNames.Safe(adapter.Name) + ".zip")
            : TypedResults.NotFound();
}

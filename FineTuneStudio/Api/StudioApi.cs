using Microsoft.AspNetCore.Mvc;

namespace FineTuneStudio.Api;

/// <summary>The API's table of contents: one group a line.</summary>
internal static class StudioApi
{
    public static void MapStudioApi(this IEndpointRouteBuilder routes)
    {
        // A program is told what is missing by its code; the page that a person sees is none of its business.
        var api = routes.MapGroup("").WithMetadata(new SkipStatusCodePagesAttribute());
        api.MapGet("/health", () => TypedResults.Ok(new { status = "ready" })).WithName("Health");
        api.MapDatasets();
        api.MapAdapters();
        api.MapThings();
        api.MapRuns();
    }
}

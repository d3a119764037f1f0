namespace FineTuneStudio.Api;

/// <summary>The API's table of contents: one group a line.</summary>
internal static class StudioApi
{
    public static void MapStudioApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => TypedResults.Ok(new { status = "ready" })).WithName("Health");
        routes.MapDatasets();
        routes.MapAdapters();
        routes.MapThings();
        routes.MapRuns();
    }
}

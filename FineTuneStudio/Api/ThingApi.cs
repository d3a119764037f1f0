using FineTuneStudio.Application.Things;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FineTuneStudio.Api;

/// <summary><c>/api/things</c>: names for the command palette.</summary>
internal static class ThingApi
{
    public static void MapThings(this IEndpointRouteBuilder routes)
        => routes.MapGet("/api/things", ListAsync).WithTags("Things").WithName("ListThings").WithSummary("Every run, dataset, adapter and model by name");

    private static async Task<Ok<IReadOnlyList<ThingSummary>>> ListAsync(ThingDirectory things, CancellationToken cancellationToken)
        => TypedResults.Ok(await things.ListAsync(cancellationToken));
}

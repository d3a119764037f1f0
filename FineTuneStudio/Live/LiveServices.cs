namespace FineTuneStudio.Live;

/// <summary>Wires the live connection of the charts.</summary>
internal static class LiveServices
{
    public static void AddLive(this IServiceCollection services) => services.AddSignalR().AddHubOptions<RunHub>(options =>
    {
        // A browser takes a server that is silent for fifteen seconds for gone (wwwroot/js/charts/live.js).
        options.KeepAliveInterval = TimeSpan.FromSeconds(5);

        // A zoomed chart asks for its steps while the stream of new ones goes on; a page may follow eight runs.
        options.MaximumParallelInvocationsPerClient = 16;
    });

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapHub<RunHub>(RunHub.Address);
}

using FineTuneStudio.Application.Runs;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application.Trash;

/// <summary>Wires deletion and its undoing.</summary>
internal static class TrashServices
{
    public static void AddTrash(this IServiceCollection services)
    {
        services.AddSingleton<TrashRemoval>();
        services.AddSingleton(provider => new TrashCan(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<RunFeeds>(), provider.GetRequiredService<RunChanges>(),
            provider.GetRequiredService<TrashRemoval>(), provider.GetRequiredService<StudioPaths>(), provider.GetRequiredService<IOptions<StudioOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<TrashSweeper>();
    }
}

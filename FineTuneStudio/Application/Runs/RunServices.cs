using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Runs;

/// <summary>Wires runs.</summary>
internal static class RunServices
{
    public static void AddRuns(this IServiceCollection services)
    {
        services.AddSingleton<ITrainingEngine, TrainingEngine>();
        services.AddSingleton<ActiveRuns>();
        services.AddSingleton<RunFeeds>();
        services.AddSingleton<RunInputs>();
        services.AddSingleton<RunEndings>();
        services.AddSingleton<RunResults>();
        services.AddSingleton(provider => new RunService(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<ActiveRuns>(), provider.GetRequiredService<RunFeeds>(),
            provider.GetRequiredService<RunInputs>(), provider.GetRequiredService<ITrainingEngine>(), provider.GetRequiredService<StudioPaths>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<RunWorker>();
    }
}

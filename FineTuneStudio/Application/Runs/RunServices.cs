using FineTuneStudio.Application.Datasets;
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
        services.AddSingleton<RunChanges>();
        services.AddSingleton(provider => new RunQueue(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<ActiveRuns>(), provider.GetRequiredService<RunChanges>(),
            provider.GetRequiredService<StudioPaths>()));
        services.AddSingleton<RunInputs>();
        services.AddSingleton<RunEndings>();
        services.AddSingleton<RunResults>();
        services.AddSingleton(provider => new RunService(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<ActiveRuns>(), provider.GetRequiredService<RunFeeds>(),
            provider.GetRequiredService<RunInputs>(), provider.GetRequiredService<StudioPaths>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RunChanges>()));
        services.AddSingleton(provider => new RunEstimates(
            provider.GetRequiredService<RunInputs>(), provider.GetRequiredService<ITrainingEngine>(), provider.GetRequiredService<DatasetIndexes>(),
            provider.GetRequiredService<DatasetLengths>(), provider.GetRequiredService<ActiveRuns>(), provider.GetRequiredService<StudioPaths>()));
        services.AddSingleton(provider => new StepRows(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<DatasetIndexes>(), provider.GetRequiredService<StudioPaths>()));
        services.AddSingleton(provider => new RunRollouts(provider.GetRequiredService<StudioPaths>()));
        services.AddHostedService<RunWorker>();
    }
}

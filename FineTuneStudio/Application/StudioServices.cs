using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Disk;
using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Application.FirstRun;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Application.Home;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Models.Hub;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Application.Things;
using FineTuneStudio.Application.Trash;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application;

/// <summary>Wires what a person can do.</summary>
internal static class StudioServices
{
    public static IServiceCollection AddStudio(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStudioStorage(configuration);

        // First: it brings the tables up to date before anything reads them.
        services.AddHostedService<StudioStartup>();
        services.AddDatasets();
        services.AddRuns();
        services.AddGraders();
        services.AddAdapters();
        services.AddTrash();
        services.AddSingleton<ThingDirectory>();
        services.AddSingleton<HomeBoard>();
        services.AddSingleton<FirstRunGuide>();
        services.AddSingleton<ISpeedEngine, SpeedEngine>();
        services.AddSingleton(provider => new ModelSpeeds(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<SettingsStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SpeedMeasurements(
            provider.GetRequiredService<ModelSpeeds>(), provider.GetRequiredService<ActiveRuns>(), provider.GetRequiredService<SettingsStore>(), provider.GetRequiredService<ISpeedEngine>()));
        services.AddHostedService<RunSpeeds>();
        services.AddSingleton(provider => new ModelCards(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<ModelLibrary>(), provider.GetRequiredService<ModelSpeeds>()));
        services.AddSingleton(provider => new ModelImports(
            provider.GetRequiredService<ModelLibrary>(), provider.GetRequiredService<HubImporter>(), provider.GetRequiredService<IOptions<StudioOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DiskKeeper(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<StudioPaths>(), provider.GetRequiredService<TrashCan>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SettingsStore(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<ILogger<SettingsStore>>()));
        services.AddSingleton(provider => new DraftStore(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DraftStore>>()));
        return services;
    }

    /// <summary>What the command line needs as well: where things lie, the database, the libraries of models and adapters.</summary>
    public static IServiceCollection AddStudioStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<StudioOptions>, StudioOptionsValidator>();
        services.AddOptions<StudioOptions>().Bind(configuration.GetSection(StudioOptions.Section)).ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new StudioPaths(provider.GetRequiredService<IOptions<StudioOptions>>().Value.DataDirectory));
        services.AddDbContextFactory<StudioDatabase>((provider, database) => database.UseStudioDatabase(
            provider.GetRequiredService<IOptions<StudioOptions>>().Value.PostgreSql, provider.GetRequiredService<StudioPaths>().Database));
        services.AddSingleton(provider => new ModelLibrary(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<StudioPaths>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AdapterImporter(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<ModelLibrary>(), provider.GetRequiredService<StudioPaths>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IOptions<StudioOptions>>()));
        services.AddSingleton(provider => new AdapterLibrary(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<StudioPaths>()));
        services.AddSingleton(provider => new HubImporter(
            provider.GetRequiredService<ModelLibrary>(), provider.GetRequiredService<StudioPaths>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}

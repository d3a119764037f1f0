using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Wires datasets.</summary>
internal static class DatasetServices
{
    public static void AddDatasets(this IServiceCollection services)
    {
        services.AddSingleton<DatasetUpload>();
        services.AddSingleton<DatasetIndexes>();
        services.AddSingleton<ModelRenderers>();
        services.AddSingleton<DatasetChecks>();
        services.AddHostedService(provider => provider.GetRequiredService<DatasetChecks>());
        services.AddSingleton(provider => new DatasetLengths(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<DatasetIndexes>(), provider.GetRequiredService<ModelRenderers>(),
            provider.GetRequiredService<StudioPaths>(), provider.GetRequiredService<ILogger<DatasetLengths>>()));
        services.AddSingleton(provider => new DatasetLibrary(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<StudioPaths>(), provider.GetRequiredService<DatasetUpload>(),
            provider.GetRequiredService<DatasetChecks>(), provider.GetRequiredService<DatasetIndexes>(), provider.GetRequiredService<DatasetLengths>()));
        services.AddSingleton(provider => new DatasetBrowser(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<DatasetIndexes>(), provider.GetRequiredService<ModelRenderers>()));
    }
}

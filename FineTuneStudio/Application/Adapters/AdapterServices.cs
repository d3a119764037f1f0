using FineTuneStudio.Application.Models;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Wires adapters.</summary>
internal static class AdapterServices
{
    public static void AddAdapters(this IServiceCollection services)
    {
        services.AddSingleton<IAnswerEngine, AnswerEngine>();
        services.AddSingleton(provider => new AdapterLibrary(
            provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<StudioPaths>()));
        services.AddSingleton(provider => new SideBySide(
            provider.GetRequiredService<ModelLibrary>(), provider.GetRequiredService<AdapterLibrary>(), provider.GetRequiredService<IAnswerEngine>()));
    }
}

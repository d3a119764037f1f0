using FineTuneStudio.Application.Answers;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Wires adapters, and whoever answers.</summary>
internal static class AdapterServices
{
    public static void AddAdapters(this IServiceCollection services)
    {
        services.AddSingleton<IAnswerEngine, AnswerEngine>();
        services.AddSingleton(provider => new AnswerService(
            provider.GetRequiredService<ModelLibrary>(), provider.GetRequiredService<AdapterLibrary>(), provider.GetRequiredService<SettingsStore>(),
            provider.GetRequiredService<IAnswerEngine>(), provider.GetRequiredService<ModelSpeeds>(), provider.GetRequiredService<ILogger<AnswerService>>()));
        services.AddSingleton(provider => new ReloadCheck(
            provider.GetRequiredService<AdapterLibrary>(), provider.GetRequiredService<RunInputs>(), provider.GetRequiredService<StudioPaths>(),
            provider.GetRequiredService<SettingsStore>(), provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AdapterExports(
            provider.GetRequiredService<AdapterLibrary>(), provider.GetRequiredService<ModelLibrary>(), provider.GetRequiredService<StudioPaths>()));
    }
}

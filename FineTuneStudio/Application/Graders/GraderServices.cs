using FineTuneStudio.Application.Runs;

namespace FineTuneStudio.Application.Graders;

/// <summary>Wires graders.</summary>
internal static class GraderServices
{
    public static void AddGraders(this IServiceCollection services)
    {
        services.AddSingleton<TrialDatasets>();
        services.AddSingleton(provider => new GraderTrials(provider.GetRequiredService<TrialDatasets>()));
        services.AddSingleton(provider => new ToolTrials(provider.GetRequiredService<TrialDatasets>()));
        services.AddSingleton(provider => new GraderWorkbench(provider.GetRequiredService<TrialDatasets>(), provider.GetRequiredService<RunRollouts>()));
    }
}

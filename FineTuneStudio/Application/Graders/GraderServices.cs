using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Graders;

/// <summary>Wires graders.</summary>
internal static class GraderServices
{
    public static void AddGraders(this IServiceCollection services)
        => services.AddSingleton(provider => new GraderTrials(provider.GetRequiredService<IDbContextFactory<StudioDatabase>>(), provider.GetRequiredService<StudioPaths>()));
}

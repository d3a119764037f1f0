using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application;

/// <summary>Wires what a person can do.</summary>
internal static class StudioServices
{
    public static IServiceCollection AddStudio(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<StudioOptions>, StudioOptionsValidator>();
        services.AddOptions<StudioOptions>().Bind(configuration.GetSection(StudioOptions.Section)).ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new StudioPaths(provider.GetRequiredService<IOptions<StudioOptions>>().Value.DataDirectory));
        return services;
    }
}

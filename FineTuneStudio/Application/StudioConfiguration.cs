namespace FineTuneStudio.Application;

/// <summary>The settings without the web host, for the command line: appsettings.json, overridden by variables.</summary>
internal static class StudioConfiguration
{
    /// <summary>Reads the settings.</summary>
    /// <param name="overrides">What the command line says, by key.</param>
    public static IConfiguration Read(params KeyValuePair<string, string?>[] overrides) => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .AddInMemoryCollection(overrides)
        .Build();
}

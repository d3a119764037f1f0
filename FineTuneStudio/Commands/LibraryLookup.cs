using FineTuneStudio.Application;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Commands;

/// <summary>Asks the studio's library from a verb, without starting the studio.</summary>
internal static class LibraryLookup
{
    /// <summary>What the library answers.</summary>
    /// <param name="ask">Asks one of the library's services.</param>
    /// <param name="absent">The answer where the studio never ran: it has no database yet, and looking must not make one.</param>
    public static T Ask<T>(Func<IServiceProvider, Task<T>> ask, T absent)
    {
        using var services = new ServiceCollection().AddStudioStorage(StudioConfiguration.Read()).BuildServiceProvider();
        var hasDatabase = services.GetRequiredService<IOptions<StudioOptions>>().Value.PostgreSql is { Length: > 0 } || File.Exists(services.GetRequiredService<StudioPaths>().Database);
        return hasDatabase ? ask(services).GetAwaiter().GetResult() : absent;
    }
}

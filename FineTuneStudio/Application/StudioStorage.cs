using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Models.Hub;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application;

/// <summary>The stored part of a studio without its web host, for the command line.</summary>
internal sealed class StudioStorage : IDisposable
{
    private readonly ServiceProvider _services;

    private StudioStorage(ServiceProvider services)
    {
        _services = services;
    }

    public ModelLibrary Models => _services.GetRequiredService<ModelLibrary>();

    public AdapterImporter AdapterImporter => _services.GetRequiredService<AdapterImporter>();

    public HubImporter Hub => _services.GetRequiredService<HubImporter>();

    public StudioOptions Options => _services.GetRequiredService<IOptions<StudioOptions>>().Value;

    /// <summary>Opens a data directory; its tables are brought up to date, and the embedded model is registered.</summary>
    public static StudioStorage Open(string dataDirectory)
    {
        var configuration = StudioConfiguration.Read(new KeyValuePair<string, string?>($"{StudioOptions.Section}:{nameof(StudioOptions.DataDirectory)}", dataDirectory));
        var services = new ServiceCollection().AddLogging().AddStudioStorage(configuration).BuildServiceProvider();
        var storage = new StudioStorage(services);
        try
        {
            using var database = services.GetRequiredService<IDbContextFactory<StudioDatabase>>().CreateDbContext();
            database.Database.Migrate();
            storage.Models.RegisterEmbeddedAsync(CancellationToken.None).GetAwaiter().GetResult();
            return storage;
        }
        catch (Exception exception) when (FullDisk.Caused(exception))
        {
            storage.Dispose();
            throw new UserErrorException([FullDisk.Describe("--data", "the database", bytes: null, dataDirectory)]);
        }
    }

    public void Dispose() => _services.Dispose();
}
